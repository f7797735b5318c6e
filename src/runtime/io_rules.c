/* SPDX-License-Identifier: MIT */
/* Rules of io.max from and to text. Asks the kernel only which disk a path is. */
#include "runtime/io_rules.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/parse.h"
#include "base/units.h"

static const char *const key_texts[IO_KEYS] = {
	[IO_RBPS] = "rbps",
	[IO_WBPS] = "wbps",
	[IO_RIOPS] = "riops",
	[IO_WIOPS] = "wiops",
};

const char *io_key_text(enum io_key key)
{
	return key_texts[key];
}

static bool is_bytes(enum io_key key)
{
	return key == IO_RBPS || key == IO_WBPS;
}

/* ---- Disks ---- */

static bool parse_numbers(struct span text, struct io_rule *disk)
{
	struct span left, right;
	uint64_t dev_major, dev_minor;

	if (!span_split_at(text, ':', &left, &right) || !parse_u64(left, &dev_major) ||
	    !parse_u64(right, &dev_minor) || dev_major > UINT_MAX || dev_minor > UINT_MAX)
		return false;
	disk->dev_major = (unsigned int)dev_major;
	disk->dev_minor = (unsigned int)dev_minor;
	return true;
}

/* The kernel throttles whole disks only: "dev" of the directory above a partition's is its disk's. */
static void take_whole_disk(struct io_rule *disk)
{
	_cleanup_(strbuf_finish)
	struct strbuf text = STRBUF_INIT;
	char path[80];

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/partition", disk->dev_major,
		 disk->dev_minor);
	if (dir_read(AT_FDCWD, path, &text, NULL) != 0)
		return;
	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/../dev", disk->dev_major,
		 disk->dev_minor);
	if (dir_read(AT_FDCWD, path, &text, NULL) == 0)
		parse_numbers(span_trim(strbuf_span(&text)), disk);
}

static int resolve_path(struct span text, struct io_rule *disk, struct err *err)
{
	char path[PATH_MAX];
	struct stat st;

	if (!span_copy(text, path, sizeof(path)))
		return err_setx(err, EINVAL, "a path that is too long");
	if (stat(path, &st) < 0)
		return err_set(err, errno, "look at %s", path);
	if (!S_ISBLK(st.st_mode))
		return err_setx(err, EINVAL, "%s is no disk", path);
	disk->dev_major = major(st.st_rdev);
	disk->dev_minor = minor(st.st_rdev);
	take_whole_disk(disk);
	return 0;
}

static int parse_disk(struct span text, struct io_rule *disk, struct err *err)
{
	if (text.len > 0 && text.p[0] == '/')
		return resolve_path(text, disk, err);
	if (parse_numbers(text, disk))
		return 0;
	return err_setx(err, EINVAL, "'%.*s' is no disk like /dev/sda or 8:0", (int)text.len,
			text.p);
}

/* ---- Rules ---- */

static struct io_rule *find(struct io_rules *rules, const struct io_rule *disk)
{
	for (size_t i = 0; i < rules->len; i++)
		if (rules->items[i].dev_major == disk->dev_major &&
		    rules->items[i].dev_minor == disk->dev_minor)
			return &rules->items[i];
	return NULL;
}

const struct io_rule *io_rules_find(const struct io_rules *rules, unsigned int dev_major,
				    unsigned int dev_minor)
{
	struct io_rule disk = {.dev_major = dev_major, .dev_minor = dev_minor};

	return find((struct io_rules *)rules, &disk);
}

int io_rules_set(struct io_rules *rules, const struct io_rule *disk, enum io_key key,
		 uint64_t value, struct err *err)
{
	struct io_rule *rule = find(rules, disk);

	if (!rule && rules->len == IO_RULES_MAX)
		return err_setx(err, ERANGE, "rules for more than %d disks", IO_RULES_MAX);
	if (!rule) {
		rule = &rules->items[rules->len++];
		*rule = (struct io_rule) {.dev_major = disk->dev_major,
					  .dev_minor = disk->dev_minor};
	}
	rule->set |= 1u << key;
	rule->values[key] = value;
	return 0;
}

static int parse_value(struct span text, enum io_key key, uint64_t *out, struct err *err)
{
	int r;

	if (span_eq(text, SPAN("max"))) {
		*out = LIMIT_NONE;
		return 0;
	}
	r = is_bytes(key) ? units_parse_bytes(text, out, err)
			  : units_parse_u64(text, 1, UINT32_MAX, out, err);
	if (r == 0 && *out == 0)
		r = err_setx(err, ERANGE, "0 would stop it for good");
	return err_wrap(err, r, "%s", key_texts[key]);
}

static int parse_pair(struct span text, const struct io_rule *disk, struct io_rules *rules,
		      struct err *err)
{
	struct span left, right;
	uint64_t value;

	if (!span_split_at(text, '=', &left, &right))
		left = text;
	for (int key = 0; key < IO_KEYS; key++) {
		int r;

		if (!span_eq(left, span_of(key_texts[key])) || left.len == text.len)
			continue;
		r = parse_value(right, (enum io_key)key, &value, err);
		return r < 0 ? r : io_rules_set(rules, disk, (enum io_key)key, value, err);
	}
	return err_setx(err, EINVAL,
			"'%.*s' is none of rbps=, wbps=, riops=, wiops=", (int)text.len, text.p);
}

static int set_all(const struct io_rule *disk, struct io_rules *rules, struct err *err)
{
	int r = 0;

	for (int key = 0; r == 0 && key < IO_KEYS; key++)
		r = io_rules_set(rules, disk, (enum io_key)key, LIMIT_NONE, err);
	return r;
}

/* Where the disk ends: before the last ":" or blank in front of the first "=", as paths hold both. */
static size_t disk_len(struct span text)
{
	const char *equals = memchr(text.p, '=', text.len);
	size_t i = equals ? (size_t)(equals - text.p) : text.len;

	while (i > 0 && text.p[i - 1] != ':' && text.p[i - 1] != ' ' && text.p[i - 1] != '\t')
		i--;
	return i > 0 ? i - 1 : text.len;
}

static int parse_rule(struct span text, struct io_rules *rules, struct err *err)
{
	size_t len = disk_len(text);
	struct span rest = {text.p + len, text.len - len}, part, word;
	struct io_rule disk = {.set = 0};
	int r = parse_disk(span_trim((struct span) {text.p, len}), &disk, err);

	if (r < 0)
		return r;
	if (rest.len > 0) {
		rest.p++;
		rest.len--;
	}
	rest = span_trim(rest);
	if (span_eq(rest, SPAN("max")))
		return set_all(&disk, rules, err);
	if (rest.len == 0)
		return err_setx(err, EINVAL, "'%.*s' says no limit, like rbps=1M", (int)text.len,
				text.p);
	while (r == 0 && span_next_part(&rest, ',', &part))
		while (r == 0 && span_next_word(&part, &word))
			r = parse_pair(word, &disk, rules, err);
	return r;
}

int io_rules_parse(struct span text, struct io_rules *rules, struct err *err)
{
	struct span line, rule;
	int r = 0;

	while (r == 0 && span_next_line(&text, &line)) {
		while (r == 0 && span_next_part(&line, ';', &rule)) {
			rule = span_trim(rule);
			if (rule.len > 0)
				r = parse_rule(rule, rules, err);
		}
	}
	return r;
}

/* ---- To text ---- */

/** struct printer - where the next piece goes */
struct printer {
	char *out;
	size_t len;
	bool cut;
};

static void __attribute__((format(printf, 2, 3)))
print(struct printer *printer, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(printer->out + printer->len, LIMIT_TEXT_MAX - printer->len, fmt, args);
	va_end(args);
	if (n < 0 || (size_t)n >= LIMIT_TEXT_MAX - printer->len)
		printer->cut = true;
	else
		printer->len += (size_t)n;
}

static void print_value(struct printer *printer, enum io_key key, uint64_t value,
			unsigned int flags)
{
	struct limit_value bytes = {.set = true, .number = value};
	char text[LIMIT_TEXT_MAX];

	if (value == LIMIT_NONE)
		print(printer, " %s=max", key_texts[key]);
	else if (is_bytes(key) && flags & IO_RULES_UNITS)
		print(printer, " %s=%s", key_texts[key], limit_format(LIMIT_MEMORY, &bytes, text));
	else
		print(printer, " %s=%" PRIu64, key_texts[key], value);
}

static unsigned int keys_to_print(const struct io_rule *rule, unsigned int flags)
{
	unsigned int keys = rule->set;

	for (int key = 0; key < IO_KEYS; key++)
		if (flags & IO_RULES_NO_MAX && rule->values[key] == LIMIT_NONE)
			keys &= ~(1u << key);
	return keys;
}

int io_rules_print(const struct io_rules *rules, unsigned int flags, char out[LIMIT_TEXT_MAX],
		   struct err *err)
{
	struct printer printer = {.out = out};

	out[0] = '\0';
	for (size_t i = 0; i < rules->len; i++) {
		const struct io_rule *rule = &rules->items[i];
		unsigned int keys = keys_to_print(rule, flags);

		if (!keys)
			continue;
		print(&printer, "%s%u:%u", printer.len > 0 ? "; " : "", rule->dev_major,
		      rule->dev_minor);
		for (int key = 0; key < IO_KEYS; key++)
			if (keys & 1u << key)
				print_value(&printer, (enum io_key)key, rule->values[key], flags);
	}
	if (printer.cut)
		return err_setx(err, ERANGE, "the rules are longer than %d characters",
				LIMIT_TEXT_MAX - 1);
	return 0;
}
