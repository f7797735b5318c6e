/* SPDX-License-Identifier: MIT */
/* The life of a message about what was done. */
#include "ui/actions.h"

#include <stdlib.h>

struct act_news *act_news_new(enum act_news_kind kind, uint64_t ticket)
{
	struct act_news *news = xcalloc(1, sizeof(*news));

	news->kind = kind;
	news->ticket = ticket;
	return news;
}

void act_news_free(struct act_news *news)
{
	if (!news)
		return;
	arena_finish(&news->arena);
	free(news);
}
