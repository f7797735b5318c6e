/* SPDX-License-Identifier: MIT */
/*
 * The detail of one container or cgroup, in sections: its figures over time, its processes, limits,
 * namespaces, mounts, environment and events. It takes the place of a screen while it is open, and stays
 * open when what it shows is gone. Knows neither keys nor the terminal.
 */
#ifndef BOXTOP_UI_DETAIL_H
#define BOXTOP_UI_DETAIL_H

#include "model/history.h"
#include "ui/inside.h"
#include "ui/lines.h"
#include "ui/view.h"

/** enum detail_section - in the order of their names at the top */
enum detail_section {
	DETAIL_OVERVIEW = 0,
	DETAIL_PROCESSES,
	DETAIL_LIMITS,
	DETAIL_NAMESPACES,
	DETAIL_MOUNTS,
	DETAIL_ENVIRONMENT,
	DETAIL_EVENTS,
	DETAIL_SECTIONS,
};

/** struct detail - detail_init(), detail_finish(). Members are for ui/detail*.c and tests */
struct detail {
	const struct app_options *options;
	struct history *history; /* borrowed */
	struct row_key key;	 /* a container or a cgroup; kind 0: closed */
	struct strbuf name;	 /* clean; stays when it is gone */
	struct strbuf about;	 /* what it is, clean */
	struct row row;		 /* of the last update; kind 0: it is gone */
	enum detail_section section;
	struct view processes, events;
	struct lines lines; /* of a section that is no table */
	int width;	    /* that the lines are made for */
	struct inside *inside;
	pid_t asked_pid; /* whose inside is asked for; 0: nobody's */
	uint64_t asked_ticks;
	bool wants_inside;  /* ask anew */
	uint64_t span_usec; /* that the graphs of the last drawing tell of */
	bool has_processes; /* the last drawing of the overview had room for them */
	struct rect tabs[DETAIL_SECTIONS];
};

void detail_init(struct detail *detail, const struct app_options *options, struct history *history);
void detail_finish(struct detail *detail);

/** detail_open() - of a row of kind container or cgroup */
void detail_open(struct detail *detail, const struct row *row, enum detail_section section);
void detail_close(struct detail *detail);
static inline bool detail_is_open(const struct detail *detail)
{
	return detail->key.kind != 0;
}

/** detail_update() - show what these say; @events: the log's snapshot */
void detail_update(struct detail *detail, const struct snapshot *world,
		   const struct snapshot *events);
/** detail_show() - another section */
void detail_show(struct detail *detail, enum detail_section section);
/** detail_view() - the table of the section, which takes the keys that move; NULL: lines do */
struct view *detail_view(struct detail *detail);
/** detail_scroll() - the lines of a section that has no table */
void detail_scroll(struct detail *detail, long by);
/** detail_page() - lines that fit */
size_t detail_page(const struct detail *detail);

/** detail_asks() - whose inside is to be read, once for each time that it is wanted; false: nobody's */
bool detail_asks(struct detail *detail, pid_t *out_pid, uint64_t *out_start_ticks);
/** detail_take_inside() - an answer; owned from now on */
void detail_take_inside(struct detail *detail, struct inside *inside);

/** detail_sources() - what has to be read for it */
unsigned int detail_sources(const struct detail *detail);

/** detail_draw() - all of it: its name, the names of the sections, the section */
void detail_draw(struct detail *detail, struct canvas *canvas, struct rect rect);
/** detail_hit() - the section whose name is at a place; DETAIL_SECTIONS: none */
enum detail_section detail_hit(const struct detail *detail, int x, int y);

/* ---- For ui/detail*.c ---- */

/** detail_usage() - of what is shown; NULL when it is gone */
const struct usage *detail_usage(const struct detail *detail);
/** detail_cgroup() - whose limits and processes it has: of a container the one that holds them; NULL */
const struct cgroup *detail_cgroup(const struct detail *detail);
/** detail_process() - its first process in the snapshot; NULL */
const struct process *detail_process(const struct detail *detail);

/** detail_overview_draw() - graphs, the memory bar, and what else there is room for */
void detail_overview_draw(struct detail *detail, struct canvas *canvas, struct rect rect);
/** detail_lines_build() - the lines of a section that has some */
void detail_lines_build(struct detail *detail, enum detail_section section, struct lines *lines);

#endif
