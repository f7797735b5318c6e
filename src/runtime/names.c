/* SPDX-License-Identifier: MIT */
/* Names for sandboxes: a word for how it is, a word for what it is. Owns nothing. */
#include "runtime/names.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include "base/cleanup.h"

static const char *const qualities[] = {
	"amber",  "azure", "brave", "brisk", "calm",  "clear", "coral", "crisp", "dapper", "deft",
	"early",  "fair",  "fleet", "fond",  "frank", "fresh", "glad",	"gold",	 "grand",  "green",
	"hardy",  "jolly", "keen",  "kind",  "light", "lucid", "lunar", "merry", "mild",   "neat",
	"noble",  "olive", "plain", "plum",  "prime", "proud", "quick", "quiet", "rapid",  "ready",
	"royal",  "rusty", "sable", "sharp", "sleek", "snowy", "solar", "spry",	 "steady", "still",
	"stout",  "sunny", "sure",  "swift", "tidy",  "true",  "vivid", "warm",	 "wise",   "witty",
	"woolly", "young", "zesty", "zippy",
};

static const char *const things[] = {
	"acorn",   "anchor", "badger", "barge",	  "basin",  "beacon", "birch",	"brook",
	"cabin",   "canoe",  "cedar",  "cellar",  "cliff",  "clover", "comet",	"crane",
	"dingo",   "dune",   "eagle",  "elm",	  "falcon", "fern",   "ferry",	"finch",
	"garnet",  "glade",  "harbor", "hazel",	  "heron",  "hill",   "ibis",	"island",
	"jetty",   "kayak",  "kettle", "lagoon",  "lark",   "lemur",  "lily",	"loft",
	"maple",   "marsh",  "meadow", "mole",	  "moose",  "oak",    "osprey", "otter",
	"panda",   "pebble", "pine",   "quarry",  "quill",  "raven",  "ridge",	"robin",
	"sparrow", "spruce", "stork",  "thistle", "tundra", "walrus", "willow", "wren",
};

char *name_make_up(char buf[NAME_MADE_UP_MAX], int attempt)
{
	uint32_t dice;

	if (getrandom(&dice, sizeof(dice), GRND_NONBLOCK) != (ssize_t)sizeof(dice))
		dice = (uint32_t)clock() * 2654435761u + (uint32_t)getpid() + (uint32_t)attempt;
	snprintf(buf, NAME_MADE_UP_MAX, "%s-%s", qualities[dice % ARRAY_LEN(qualities)],
		 things[(dice >> 8) % ARRAY_LEN(things)]);
	if (attempt >= 2) {
		size_t len = 0;

		while (buf[len])
			len++;
		snprintf(buf + len, NAME_MADE_UP_MAX - len, "-%u", dice >> 16);
	}
	return buf;
}
