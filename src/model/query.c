/* SPDX-License-Identifier: MIT */
/*
 * From a snapshot and a question to lines. Three steps: pick the rows that the question admits, order
 * them (sort keys are got once per row, not once per comparison), and, for a tree, walk them from the
 * roots. Owns its scratch memory for the length of a call; the answer is the caller's.
 */
#include "model/query.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* struct node - a row while it is being ordered */
struct node {
	struct row row;
	struct value key;     /* what it is sorted by */
	uint32_t parent;      /* node of its parent, or INDEX_NONE */
	uint32_t first;	      /* tree: first child, in order; INDEX_NONE */
	uint32_t next;	      /* tree: next sibling */
	uint32_t descendants; /* tree: that are kept */
	bool matched;	      /* the filter admits it */
	bool kept;	      /* it or a descendant matched */
};

/* struct run - one query being answered */
struct run {
	const struct query *query;
	const struct snapshot *snapshot;
	struct arena scratch; /* all that follows */
	struct node *nodes;
	size_t len;
	uint32_t *node_of;	/* row index to node, INDEX_NONE where the row is not admitted */
	uint32_t *order;	/* nodes in sorted order */
	size_t admitted;	/* rows there are without the filter */
	pid_t *pids;		/* query.pids, ascending; NULL: all */
	struct row_key *folded; /* query.folded, in the order of compare_keys() */
};

/* Whether the container at @index is @key's, or inside it. */
static bool in_container(const struct snapshot *snapshot, uint32_t index, uint64_t key)
{
	for (int depth = 0; index < snapshot->containers_len && depth < 64; depth++) {
		if (snapshot->containers[index].key == key)
			return true;
		index = snapshot->containers[index].parent;
	}
	return false;
}

static bool in_cgroup(const struct snapshot *snapshot, uint32_t index, uint64_t id)
{
	while (index < snapshot->cgroups_len) {
		if (snapshot->cgroups[index].id == id)
			return true;
		index = snapshot->cgroups[index].parent;
	}
	return false;
}

static bool in_ns(const uint64_t ns[NS_TYPES], const struct row_key *key)
{
	return key->b < NS_TYPES && ns[key->b] == key->a;
}

static bool admits_place(const struct query *query, const struct snapshot *snapshot,
			 uint32_t container, uint32_t cgroup)
{
	if (query->container.kind == ROW_CGROUP)
		return in_cgroup(snapshot, cgroup, query->container.a);
	if (query->container.kind == ROW_CONTAINER)
		return in_container(snapshot, container, query->container.a);
	return true;
}

static int compare_pids(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

static bool admits_process(const struct run *run, const struct process *process)
{
	const struct query *query = run->query;

	if ((query->flags & QUERY_HIDE_KERNEL_THREADS) && process->kernel_thread)
		return false;
	if (query->uid != (uid_t)-1 && process->uid != query->uid)
		return false;
	if (run->pids &&
	    !bsearch(&process->pid, run->pids, query->pids_len, sizeof(*run->pids), compare_pids))
		return false;
	if (query->container.kind == ROW_NS)
		return in_ns(process->ns, &query->container);
	return admits_place(query, run->snapshot, process->container, process->cgroup);
}

/* What happens to systemd's units all day is hidden like they are, but not when something is wrong. */
static bool admits_event(const struct query *query, const struct container_event *event)
{
	if (query->container.kind == ROW_CONTAINER)
		return event->container == query->container.a;
	return !event->unit || event->level == ALARM_ALARM || (query->flags & QUERY_ALL_UNITS);
}

static bool admits(const struct run *run, const struct row *row)
{
	const struct query *query = run->query;
	const struct snapshot *snapshot = run->snapshot;

	switch (row->kind) {
	case ROW_CONTAINER:
		return (query->flags & QUERY_ALL_UNITS) || !container_is_unit(row_container(row));
	case ROW_CGROUP:
		return admits_place(query, snapshot, row_cgroup(row)->container, row->index);
	case ROW_PROCESS:
		return admits_process(run, row_process(row));
	case ROW_NS:
		return query->container.kind != ROW_CONTAINER ||
		       in_container(snapshot, row_ns(row)->container, query->container.a);
	case ROW_EVENT:
		return admits_event(query, row_event(row));
	}
	return false;
}

static void sort_pids(struct run *run)
{
	const struct query *query = run->query;

	if (!query->pids)
		return;
	run->pids = arena_array(&run->scratch, query->pids_len, sizeof(*run->pids));
	memcpy(run->pids, query->pids, query->pids_len * sizeof(*run->pids));
	qsort(run->pids, query->pids_len, sizeof(*run->pids), compare_pids);
}

static int compare_keys(const void *a, const void *b)
{
	const struct row_key *x = a, *y = b;

	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	if (x->b != y->b)
		return x->b < y->b ? -1 : 1;
	return (x->kind > y->kind) - (x->kind < y->kind);
}

/* "Fold all" of a large tree is thousands of keys. */
static void sort_folded(struct run *run)
{
	const struct query *query = run->query;

	if (!query->folded_len || !(query->flags & QUERY_TREE))
		return;
	run->folded = arena_array(&run->scratch, query->folded_len, sizeof(*run->folded));
	memcpy(run->folded, query->folded, query->folded_len * sizeof(*run->folded));
	qsort(run->folded, query->folded_len, sizeof(*run->folded), compare_keys);
}

static void pick(struct run *run)
{
	size_t total = rows_len(run->snapshot, run->query->kind);

	run->nodes = arena_array(&run->scratch, total, sizeof(*run->nodes));
	run->node_of = arena_array(&run->scratch, total, sizeof(*run->node_of));
	for (uint32_t i = 0; i < total; i++) {
		struct row row = {run->snapshot, run->query->kind, i};
		struct node *node = &run->nodes[run->len];

		run->node_of[i] = INDEX_NONE;
		if (!admits(run, &row))
			continue;
		run->admitted++;
		*node = (struct node) {
			.row = row, .parent = INDEX_NONE, .first = INDEX_NONE, .next = INDEX_NONE};
		node->matched = !run->query->filter || filter_match(run->query->filter, &row);
		node->kept = node->matched;
		if (!node->matched && !(run->query->flags & QUERY_TREE))
			continue;
		if (run->query->sort)
			node->key = field_get(run->query->sort, &row);
		run->node_of[i] = (uint32_t)run->len++;
	}
}

static bool goes_before(const struct run *run, uint32_t a, uint32_t b)
{
	bool descending = run->query->flags & QUERY_DESCENDING;

	return value_compare(&run->nodes[a].key, &run->nodes[b].key, descending) <= 0;
}

/* A stable merge of the two sorted halves of @order. */
static void merge(const struct run *run, uint32_t *order, uint32_t *scratch, size_t half, size_t n)
{
	size_t i = 0, j = half, k = 0;

	if (goes_before(run, order[half - 1], order[half]))
		return;
	memcpy(scratch, order, half * sizeof(*order));
	while (i < half && j < n)
		order[k++] = goes_before(run, scratch[i], order[j]) ? scratch[i++] : order[j++];
	memcpy(order + k, scratch + i, (half - i) * sizeof(*order));
}

static void merge_sort(const struct run *run, uint32_t *order, uint32_t *scratch, size_t n)
{
	size_t half = n / 2;

	if (n < 2)
		return;
	merge_sort(run, order, scratch, half);
	merge_sort(run, order + half, scratch, n - half);
	merge(run, order, scratch, half, n);
}

/* Rows stand in the snapshot by pid, path or name, so a stable sort keeps equal ones from dancing. */
static void sort(struct run *run)
{
	uint32_t *other;

	run->order = arena_array(&run->scratch, run->len, sizeof(*run->order));
	for (uint32_t i = 0; i < run->len; i++)
		run->order[i] = i;
	if (!run->query->sort)
		return;
	other = arena_array(&run->scratch, run->len, sizeof(*other));
	merge_sort(run, run->order, other, run->len);
}

static uint32_t process_index(const struct snapshot *snapshot, pid_t pid)
{
	const struct process *process = snapshot_find_process(snapshot, pid);

	return process ? (uint32_t)(process - snapshot->processes) : INDEX_NONE;
}

static uint32_t ns_index(const struct snapshot *snapshot, enum ns_type type, uint64_t id)
{
	size_t low = 0, high = snapshot->namespaces_len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct ns *ns = &snapshot->namespaces[middle];

		if (ns->type < type || (ns->type == type && ns->id < id))
			low = middle + 1;
		else
			high = middle;
	}
	if (low < snapshot->namespaces_len && snapshot->namespaces[low].type == type &&
	    snapshot->namespaces[low].id == id)
		return (uint32_t)low;
	return INDEX_NONE;
}

/* A pid or user namespace hangs below its parent, any other below the user namespace that owns it. */
static uint32_t parent_ns_index(const struct snapshot *snapshot, const struct ns *ns)
{
	if (metric_is_known(ns->parent_ns))
		return ns_index(snapshot, ns->type, ns->parent_ns.value);
	if (ns->type != NS_USER && metric_is_known(ns->owner_ns))
		return ns_index(snapshot, NS_USER, ns->owner_ns.value);
	return INDEX_NONE;
}

/* The row that a row hangs below, whether or not it is admitted. */
static uint32_t parent_index(const struct row *row)
{
	const struct process *process = row_process(row);

	switch (row->kind) {
	case ROW_CONTAINER:
		return row_container(row)->parent;
	case ROW_CGROUP:
		return row_cgroup(row)->parent;
	case ROW_PROCESS:
		return process->ppid && process->ppid != process->pid
			       ? process_index(row->snapshot, process->ppid)
			       : INDEX_NONE;
	case ROW_NS:
		return parent_ns_index(row->snapshot, row_ns(row));
	case ROW_EVENT:
		return INDEX_NONE;
	}
	return INDEX_NONE;
}

/* The nearest admitted row above; its steps are bounded, so that a malformed ring of parents ends. */
static uint32_t parent_node(const struct run *run, const struct node *node)
{
	size_t total = rows_len(run->snapshot, run->query->kind);
	uint32_t index = parent_index(&node->row);

	for (int steps = 0; index < total && steps < 1024; steps++) {
		struct row row = {run->snapshot, run->query->kind, index};

		if (run->node_of[index] != INDEX_NONE)
			return run->node_of[index];
		index = parent_index(&row);
	}
	return INDEX_NONE;
}

/* Cuts rings: a node whose ancestors lead back to it becomes a root. Two processes can only form one
 * while pids are being reused, but a loop here would hang the screen. */
static void cut_rings(struct run *run)
{
	uint32_t *seen = arena_array(&run->scratch, run->len, sizeof(*seen));

	for (uint32_t i = 0; i < run->len; i++) {
		uint32_t at = i;

		while (at != INDEX_NONE && seen[at] == 0) {
			seen[at] = i + 1;
			if (run->nodes[at].parent != INDEX_NONE &&
			    seen[run->nodes[at].parent] == i + 1)
				run->nodes[at].parent = INDEX_NONE;
			at = run->nodes[at].parent;
		}
	}
}

/* Links siblings in sorted order: going backwards, each is put in front of those linked before. */
static uint32_t link_tree(struct run *run)
{
	uint32_t roots = INDEX_NONE;

	for (uint32_t i = 0; i < run->len; i++)
		run->nodes[i].parent = parent_node(run, &run->nodes[i]);
	cut_rings(run);
	for (size_t k = run->len; k-- > 0;) {
		struct node *node = &run->nodes[run->order[k]];
		uint32_t *head =
			node->parent != INDEX_NONE ? &run->nodes[node->parent].first : &roots;

		node->next = *head;
		*head = run->order[k];
	}
	return roots;
}

/* Whether the children of a row at @depth are hidden. */
static bool is_folded(const struct run *run, const struct row *row, uint32_t depth)
{
	struct row_key key;

	if (run->query->max_depth && depth + 1 >= run->query->max_depth)
		return true;
	if (!run->folded)
		return false;
	key = row_key(row);
	return bsearch(&key, run->folded, run->query->folded_len, sizeof(key), compare_keys);
}

static void add_line(struct row_list *list, const struct row_line *line)
{
	if (list->len == list->cap) {
		list->cap = list->cap ? list->cap * 2 : 64;
		list->lines = xreallocarray(list->lines, list->cap, sizeof(*list->lines));
	}
	list->lines[list->len++] = *line;
}

/* Marks what is kept and counts descendants: parents learn from their children, so children go first.
 * Walks without recursion, because cgroups nest as deep as somebody likes. */
static void count_kept(struct run *run, uint32_t root)
{
	uint32_t at = root;

	while (at != INDEX_NONE) {
		struct node *node;

		while (run->nodes[at].first != INDEX_NONE)
			at = run->nodes[at].first;
		for (;;) {
			node = &run->nodes[at];
			if (node->parent != INDEX_NONE && node->kept) {
				run->nodes[node->parent].kept = true;
				run->nodes[node->parent].descendants += node->descendants + 1;
			}
			if (node->next != INDEX_NONE) {
				at = node->next;
				break;
			}
			at = node->parent;
			if (at == INDEX_NONE)
				return;
		}
	}
}

static uint32_t next_kept(const struct run *run, uint32_t at)
{
	while (at != INDEX_NONE && !run->nodes[at].kept)
		at = run->nodes[at].next;
	return at;
}

static uint64_t set_guide(uint64_t guides, uint32_t depth, bool more)
{
	uint64_t bit = depth < 64 ? (uint64_t)1 << depth : 0;

	return more ? guides | bit : guides & ~bit;
}

/* Writes the lines of a tree, top down; @at is a kept node or INDEX_NONE. */
static void write_tree(const struct run *run, uint32_t at, struct row_list *out)
{
	uint32_t depth = 0;
	uint64_t guides = 0;

	while (at != INDEX_NONE) {
		const struct node *node = &run->nodes[at];
		struct row_line line = {.row = node->row,
					.depth = depth,
					.descendants = node->descendants,
					.matched = node->matched};
		uint32_t next = next_kept(run, node->next), child;

		line.last = next == INDEX_NONE;
		line.guides = guides;
		line.folded = node->descendants && is_folded(run, &node->row, depth);
		add_line(out, &line);
		child = line.folded ? INDEX_NONE : next_kept(run, node->first);
		if (child != INDEX_NONE) {
			guides = set_guide(guides, depth++, !line.last);
			at = child;
			continue;
		}
		/* Up until there is a sibling. */
		while (next == INDEX_NONE && node->parent != INDEX_NONE) {
			node = &run->nodes[node->parent];
			next = next_kept(run, node->next);
			guides = set_guide(guides, --depth, false);
		}
		at = next;
	}
}

static void write_flat(const struct run *run, struct row_list *out)
{
	for (size_t k = 0; k < run->len; k++) {
		const struct node *node = &run->nodes[run->order[k]];
		struct row_line line = {.row = node->row, .matched = true};

		add_line(out, &line);
	}
}

void query_run(const struct query *query, const struct snapshot *snapshot, struct row_list *out)
{
	struct run run = {.query = query, .snapshot = snapshot, .scratch = ARENA_INIT};

	out->len = 0;
	sort_pids(&run);
	sort_folded(&run);
	pick(&run);
	out->total = run.admitted;
	sort(&run);
	if (query->flags & QUERY_TREE) {
		uint32_t root = link_tree(&run);

		count_kept(&run, root);
		write_tree(&run, next_kept(&run, root), out);
	} else {
		write_flat(&run, out);
	}
	arena_finish(&run.scratch);
}

void row_list_finish(struct row_list *list)
{
	free(list->lines);
	*list = ROW_LIST_INIT;
}

ssize_t row_list_find(const struct row_list *list, struct row_key key)
{
	for (size_t i = 0; i < list->len; i++)
		if (row_key_eq(row_key(&list->lines[i].row), key))
			return (ssize_t)i;
	return -1;
}
