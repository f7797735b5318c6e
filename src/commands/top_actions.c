/* SPDX-License-Identifier: MIT */
/*
 * Fills in struct actions of the screen. Three workers, so that what is slow never stands in the way of
 * what is urgent: one ends things, one changes them, one has the lives of sandboxes. What is held for a
 * ticket belongs to the worker that opened it; every step is a job in that worker's order. The job that
 * does the deed is there before the question is answered.
 */
#include "commands/top_actions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "commands/top_held.h"
#include "commands/top_reserve.h"
#include "commands/top_sandboxes.h"
#include "commands/worker.h"

/** enum place - the workers */
enum place {
	PLACE_URGENT = 0, /* ending and signals */
	PLACE_CHANGES,	  /* freezing, limits, nice values */
	PLACE_LIVES,	  /* sandboxes started, stopped, removed; logs */
	PLACES,
};

/** enum step - what a job does to what is held */
enum step {
	STEP_HOLD = 1 << 0,
	STEP_LOOK = 1 << 1,
	STEP_DO = 1 << 2,
	STEP_FREE = 1 << 3,
};

/** struct task - a job on something held */
struct task {
	struct job job;
	unsigned int steps; /* enum step, in their order */
	struct held *held;
	uint64_t ticket;
	struct snapshot *snapshot; /* for STEP_LOOK; a reference, or NULL */
	struct act_deed deed;
	struct act_value limits[ACT_LIMITS_MAX]; /* of the deed */
	struct act_news *news;			 /* the answer; NULL: none */
};

/** struct ticket - what is held for a question. The screen's thread only, but for @held */
struct ticket {
	uint64_t number;
	enum place place;
	struct held *held; /* the worker's */
	struct task *go;   /* ready to be sent */
	struct ticket *next;
};

struct top_actions {
	struct actions actions;
	struct worker *workers[PLACES];
	int epoll_fd;
	struct ticket *tickets;
	uint64_t last_ticket;
};

/* ---- Jobs ---- */

static void task_run(struct job *job)
{
	struct task *task = (struct task *)job;
	bool urgent = task->held->kind == ACT_KILL || task->held->kind == ACT_SIGNAL;

	if (task->steps & STEP_HOLD) {
		if (urgent)
			top_reserve_give();
		held_open(task->held);
	}
	if (task->steps & STEP_LOOK)
		held_look(task->held, TAKE(task->snapshot));
	if (task->steps & STEP_DO)
		held_do(task->held, &task->deed, task->news);
	else if (task->news)
		held_tell(task->held, task->news);
	if (!(task->steps & STEP_FREE))
		return;
	held_free(TAKE(task->held));
	if (urgent)
		top_reserve_take();
}

/* Also of a task that was never run; then what it was to free is its own still. */
static void task_free(struct job *job)
{
	struct task *task = (struct task *)job;

	if (task->steps & STEP_FREE)
		held_free(task->held);
	snapshot_unref(task->snapshot);
	act_news_free(task->news);
	free(task);
}

static struct task *task_new(struct held *held, unsigned int steps, uint64_t ticket)
{
	struct task *task = xcalloc(1, sizeof(*task));

	task->job = (struct job) {task_run, task_free, NULL};
	task->steps = steps;
	task->held = held;
	task->ticket = ticket;
	return task;
}

static void task_set_deed(struct task *task, const struct act_deed *deed)
{
	task->deed = *deed;
	if (deed->limits)
		memcpy(task->limits, deed->limits, sizeof(task->limits));
	task->deed.limits = task->limits;
}

static enum place place_of(enum act_kind kind)
{
	switch (kind) {
	case ACT_KILL:
	case ACT_SIGNAL:
	case ACT_NONE:
		return PLACE_URGENT;
	case ACT_FREEZE:
	case ACT_RENICE:
	case ACT_LIMITS:
		return PLACE_CHANGES;
	case ACT_STOP:
	case ACT_REMOVE:
		return PLACE_LIVES;
	}
	return PLACE_URGENT;
}

/* ---- Tickets ---- */

static struct ticket *ticket_take(struct top_actions *top, uint64_t number)
{
	for (struct ticket **at = &top->tickets; *at; at = &(*at)->next) {
		struct ticket *ticket = *at;

		if (ticket->number != number)
			continue;
		*at = ticket->next;
		return ticket;
	}
	return NULL;
}

static uint64_t hold(struct actions *actions, enum act_kind kind, const struct act_rows *rows)
{
	struct top_actions *top = actions->data;
	struct ticket *ticket = xcalloc(1, sizeof(*ticket));
	uint64_t number = ++top->last_ticket;
	struct held *held = held_new(kind, rows);
	struct task *task = task_new(held, STEP_HOLD, number);

	*ticket = (struct ticket) {number, place_of(kind), held, NULL, top->tickets};
	ticket->go = task_new(held, STEP_DO | STEP_FREE, number);
	ticket->go->news = act_news_new(ACT_NEWS_DONE, number);
	top->tickets = ticket;
	task->news = act_news_new(ACT_NEWS_HELD, number);
	worker_add(top->workers[ticket->place], &task->job);
	return number;
}

static void look(struct actions *actions, uint64_t number, struct snapshot *snapshot)
{
	struct top_actions *top = actions->data;
	const struct ticket *ticket = top->tickets;

	while (ticket && ticket->number != number)
		ticket = ticket->next;
	if (!ticket)
		return;
	struct task *task = task_new(ticket->held, STEP_LOOK, number);

	task->snapshot = snapshot ? snapshot_ref(snapshot) : NULL;
	task->news = act_news_new(ACT_NEWS_HELD, number);
	worker_add(top->workers[ticket->place], &task->job);
}

static void go(struct actions *actions, uint64_t number, const struct act_deed *deed)
{
	struct top_actions *top = actions->data;
	struct ticket *ticket = ticket_take(top, number);

	if (!ticket)
		return;
	task_set_deed(ticket->go, deed);
	worker_add(top->workers[ticket->place], &ticket->go->job);
	free(ticket);
}

static void drop(struct actions *actions, uint64_t number)
{
	struct top_actions *top = actions->data;
	struct ticket *ticket = ticket_take(top, number);

	if (!ticket)
		return;
	ticket->go->steps = STEP_FREE;
	act_news_free(TAKE(ticket->go->news));
	worker_add(top->workers[ticket->place], &ticket->go->job);
	free(ticket);
}

static void at_once(struct actions *actions, const struct act_deed *deed,
		    const struct act_rows *rows)
{
	struct top_actions *top = actions->data;
	struct task *task = task_new(held_new(deed->kind, rows), STEP_HOLD | STEP_DO | STEP_FREE,
				     ++top->last_ticket);

	task->news = act_news_new(ACT_NEWS_DONE, task->ticket);
	task_set_deed(task, deed);
	worker_add(top->workers[place_of(deed->kind)], &task->job);
}

/* ---- Sandboxes ---- */

static void launch(struct actions *actions, const char *const *args)
{
	struct top_actions *top = actions->data;

	worker_add(top->workers[PLACE_LIVES], top_launch_job(args));
}

static void read_log(struct actions *actions, const char *name, uint64_t lines)
{
	struct top_actions *top = actions->data;

	worker_add(top->workers[PLACE_CHANGES], top_log_job(name, lines));
}

static int run_shell(struct actions *actions, const struct act_rows *row, struct err *err)
{
	(void)actions;
	return top_shell(row, err);
}

/* ---- Answers ---- */

static struct act_news *news_of(struct job *job)
{
	struct act_news *news =
		job->run == task_run ? TAKE(((struct task *)job)->news) : top_sandbox_news(job);

	job->free(job);
	return news;
}

/* One worker's jobs without an answer must not hide another one's answers. */
static struct act_news *take(struct actions *actions)
{
	struct top_actions *top = actions->data;

	for (int place = 0; place < PLACES; place++) {
		struct job *job;

		while ((job = worker_take(top->workers[place]))) {
			struct act_news *news = news_of(job);

			if (news)
				return news;
		}
	}
	return NULL;
}

static int parse_limit(size_t limit, struct span text, struct act_value *out, struct err *err)
{
	struct limit_value value = {.set = false};
	int r = limit_parse((enum limit_id)limit, text, &value, err);

	if (r < 0)
		return r;
	*out = (struct act_value) {.set = true, .number = value.number};
	span_copy(span_of(value.text), out->text, sizeof(out->text));
	return 0;
}

static char *format_limit(size_t limit, const struct act_value *value, char buf[ACT_TEXT_MAX])
{
	struct limit_value plain = {.set = value->set, .number = value->number};

	_Static_assert(ACT_TEXT_MAX == LIMIT_TEXT_MAX, "both have room for the same");
	span_copy(span_of(value->text), plain.text, sizeof(plain.text));
	return limit_format((enum limit_id)limit, &plain, buf);
}

/* ---- Without the power to change anything ---- */

static void let_go(struct actions *actions, uint64_t number, const struct act_deed *deed)
{
	(void)deed;
	drop(actions, number);
}

static void do_nothing(struct actions *actions, const struct act_deed *deed,
		       const struct act_rows *rows)
{
	(void)actions;
	(void)deed;
	(void)rows;
}

static void launch_nothing(struct actions *actions, const char *const *args)
{
	(void)actions;
	(void)args;
}

/* ---- From start to end ---- */

static int start_workers(struct top_actions *top, struct err *err)
{
	int r = 0;

	top->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (top->epoll_fd < 0)
		return err_set(err, errno, "epoll_create1");
	for (int place = 0; r == 0 && place < PLACES; place++) {
		struct epoll_event event = {.events = EPOLLIN};

		r = worker_new(&top->workers[place], err);
		if (r == 0 && epoll_ctl(top->epoll_fd, EPOLL_CTL_ADD,
					worker_wake_fd(top->workers[place]), &event) < 0)
			r = err_set(err, errno, "epoll_ctl");
	}
	return r;
}

int top_actions_new(enum top_actions_power power, struct actions **out, struct err *err)
{
	struct top_actions *top = xcalloc(1, sizeof(*top));
	int r;

	top->actions = (struct actions) {
		.data = top,
		.take = take,
		.hold = hold,
		.look = look,
		.go = go,
		.drop = drop,
		.at_once = at_once,
		.parse_limit = parse_limit,
		.format_limit = format_limit,
		.launch = launch,
		.log = read_log,
		.shell = run_shell,
	};
	if (power == TOP_ACTIONS_LOOK) {
		top->actions.go = let_go;
		top->actions.at_once = do_nothing;
		top->actions.launch = launch_nothing;
	}
	top_reserve_take();
	r = start_workers(top, err);
	if (r < 0) {
		top_actions_free(&top->actions);
		return r;
	}
	top->actions.wake_fd = top->epoll_fd;
	*out = &top->actions;
	return 0;
}

void top_actions_free(struct actions *actions)
{
	struct top_actions *top = actions ? actions->data : NULL;

	if (!top)
		return;
	while (top->tickets)
		drop(actions, top->tickets->number);
	for (int place = 0; place < PLACES; place++)
		worker_free(top->workers[place]);
	cleanup_close(&top->epoll_fd);
	top_reserve_give();
	free(top);
}
