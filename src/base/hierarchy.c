/* SPDX-License-Identifier: MIT */
/*
 * Finds the mounted cgroup hierarchies. Owns the descriptors of their mount points until
 * hierarchies_finish(). Never looks for a hierarchy at a path that mountinfo doesn't name, and never
 * mounts one.
 */
#include "base/hierarchy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/dir.h"
#include "base/parse.h"

/* struct mounts - all lines of mountinfo that could be understood; spans borrow from the file */
struct mounts {
	struct parse_mount *items;
	size_t len, cap;
};

/* struct self_line - a line of /proc/self/cgroup that is about a hierarchy of ours */
struct self_line {
	bool v2;
	unsigned int controllers;
	struct span path;
};

static const struct {
	struct span name;
	enum cgroup_controller controller;
} controller_names[] = {
	{SPAN("cpu"), CGROUP_CPU},
	{SPAN("cpuacct"), CGROUP_CPUACCT},
	{SPAN("cpuset"), CGROUP_CPUSET},
	{SPAN("memory"), CGROUP_MEMORY},
	{SPAN("blkio"), CGROUP_IO},
	{SPAN("io"), CGROUP_IO},
	{SPAN("pids"), CGROUP_PIDS},
	{SPAN("freezer"), CGROUP_FREEZER},
	{SPAN("name=systemd"), CGROUP_SYSTEMD},
};

const char *cgroup_layout_text(enum cgroup_layout layout)
{
	static const char *const texts[] = {
		[CGROUP_LAYOUT_NONE] = "none",
		[CGROUP_LAYOUT_UNIFIED] = "unified",
		[CGROUP_LAYOUT_HYBRID] = "hybrid",
		[CGROUP_LAYOUT_LEGACY] = "legacy",
	};

	return (unsigned int)layout < sizeof(texts) / sizeof(texts[0]) ? texts[layout] : "unknown";
}

const char *cgroup_controller_text(enum cgroup_controller controller)
{
	static const char *const texts[CGROUP_CONTROLLERS] = {
		[CGROUP_UNIFIED] = "unified", [CGROUP_SYSTEMD] = "name=systemd",
		[CGROUP_CPU] = "cpu",	      [CGROUP_CPUACCT] = "cpuacct",
		[CGROUP_CPUSET] = "cpuset",   [CGROUP_MEMORY] = "memory",
		[CGROUP_IO] = "io",	      [CGROUP_PIDS] = "pids",
		[CGROUP_FREEZER] = "freezer",
	};

	return (unsigned int)controller < CGROUP_CONTROLLERS ? texts[controller] : "unknown";
}

static unsigned int controller_bit(struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(controller_names); i++)
		if (span_eq(name, controller_names[i].name))
			return 1u << controller_names[i].controller;
	return 0;
}

unsigned int hierarchy_controller_bits(struct span list, char sep)
{
	unsigned int bits = 0;
	struct span name;

	while (span_next_part(&list, sep, &name))
		bits |= controller_bit(span_trim(name));
	return bits;
}

static void mounts_parse(struct span mountinfo, struct mounts *mounts, struct err *trouble)
{
	struct span line;

	while (span_next_line(&mountinfo, &line)) {
		struct parse_mount mount;

		if (parse_mountinfo_line(line, &mount, trouble) < 0)
			continue;
		if (mounts->len == mounts->cap) {
			mounts->cap = mounts->cap ? mounts->cap * 2 : 64;
			mounts->items =
				xreallocarray(mounts->items, mounts->cap, sizeof(*mounts->items));
		}
		mounts->items[mounts->len++] = mount;
	}
}

/* Whether @path is @top or below it: by components, not by characters. */
static bool path_within(struct span path, struct span top)
{
	if (top.len == 1 && top.p[0] == '/')
		return path.len > 0 && path.p[0] == '/';
	return span_starts(path, top) && (path.len == top.len || path.p[top.len] == '/');
}

/* Whether @over lies on the way from their common parent to @mount. That is so too for what is mounted
 * over the root of the parent. */
static bool mount_covers(const struct parse_mount *over, const struct parse_mount *mount)
{
	return over->parent_id == mount->parent_id && over->mount_id != mount->mount_id &&
	       over->mount_point.len < mount->mount_point.len &&
	       path_within(mount->mount_point, over->mount_point);
}

static bool mount_is_on_top(const struct mounts *mounts, const struct parse_mount *mount)
{
	for (size_t i = 0; i < mounts->len; i++)
		if (mounts->items[i].parent_id == mount->mount_id &&
		    mounts->items[i].mount_id != mount->mount_id &&
		    span_eq(mounts->items[i].mount_point, mount->mount_point))
			return false;
	return true;
}

static const struct parse_mount *mount_parent(const struct mounts *mounts,
					      const struct parse_mount *mount)
{
	for (size_t i = 0; i < mounts->len; i++) {
		const struct parse_mount *other = &mounts->items[i];

		if (other->mount_id == mount->parent_id && other->mount_id != mount->mount_id)
			return other;
	}
	return NULL;
}

/* Whether opening its mount point leads to this mount, and not to one mounted over it later. */
static bool mount_is_reachable(const struct mounts *mounts, const struct parse_mount *mount)
{
	if (!mount_is_on_top(mounts, mount))
		return false;
	/* As many steps as there are mounts are enough, unless the text is not the kernel's. */
	for (size_t steps = 0; mount && steps < mounts->len; steps++) {
		for (size_t i = 0; i < mounts->len; i++)
			if (mount_covers(&mounts->items[i], mount))
				return false;
		mount = mount_parent(mounts, mount);
	}
	return true;
}

static char *unescape(struct span escaped)
{
	struct strbuf text = STRBUF_INIT;

	parse_unescape_octal(escaped, &text);
	if (!text.data)
		strbuf_adds(&text, "");
	return text.data;
}

/* A v1 line names its controllers; 0 for lines about hierarchies that we don't read. */
static bool self_line_parse(struct span text, struct self_line *out, struct err *trouble)
{
	struct parse_cgroup_line line;

	if (parse_cgroup_line(text, &line, trouble) < 0)
		return false;
	out->v2 = line.hierarchy_id == 0;
	out->controllers =
		out->v2 ? 1u << CGROUP_UNIFIED : hierarchy_controller_bits(line.controllers, ',');
	out->path = line.path;
	return true;
}

static char *self_path_of(struct span self_cgroup, bool v2, unsigned int controllers,
			  struct err *trouble)
{
	struct self_line self;
	struct span line;

	while (span_next_line(&self_cgroup, &line))
		if (self_line_parse(line, &self, trouble) && self.v2 == v2 &&
		    (self.controllers & controllers))
			return strndup(self.path.p, self.path.len);
	return NULL;
}

static void hierarchy_finish(struct hierarchy *hierarchy)
{
	if (hierarchy->fd >= 0)
		close(hierarchy->fd);
	free(hierarchy->mount_point);
	free(hierarchy->root);
	free(hierarchy->self_path);
	*hierarchy = (struct hierarchy) {.fd = -1};
}

/* How many levels above our cgroup namespace a root like "/../.." reaches; 0 for any other. */
static size_t levels_up(struct span root)
{
	size_t levels = 0;

	for (; span_starts(root, SPAN("/..")); levels++) {
		root.p += 3;
		root.len -= 3;
	}
	return root.len == 0 ? levels : 0;
}

/* A mount that shows our own group is better than one that doesn't, then the one that shows more. */
static bool hierarchy_shows_more(const struct hierarchy *a, const struct hierarchy *b)
{
	struct span self = span_of(a->self_path), ignored;
	size_t a_up = levels_up(span_of(a->root)), b_up = levels_up(span_of(b->root));
	bool a_self = a_up || (self.p && hierarchy_visible_path(a, self, &ignored));
	bool b_self = b_up || (self.p && hierarchy_visible_path(b, self, &ignored));

	if (a_self != b_self)
		return a_self;
	return a_up != b_up ? a_up > b_up : strlen(a->root) < strlen(b->root);
}

static void hierarchies_add(struct hierarchies *hierarchies, struct hierarchy *found)
{
	for (size_t i = 0; i < hierarchies->len; i++) {
		struct hierarchy *known = &hierarchies->items[i];

		if (known->v2 != found->v2 || (known->controllers & found->controllers) == 0)
			continue;
		if (hierarchy_shows_more(found, known)) {
			hierarchy_finish(known);
			*known = *found;
		} else {
			hierarchy_finish(found);
		}
		return;
	}
	hierarchies->items[hierarchies->len++] = *found;
}

static void hierarchies_add_mount(struct hierarchies *hierarchies, const struct parse_mount *mount,
				  struct span self_cgroup)
{
	struct hierarchy found = {.v2 = span_eq(mount->fstype, SPAN("cgroup2")), .fd = -1};

	found.controllers = found.v2 ? 1u << CGROUP_UNIFIED
				     : hierarchy_controller_bits(mount->super_options, ',');
	if (found.controllers == 0)
		return;
	found.dev_major = mount->dev_major;
	found.dev_minor = mount->dev_minor;
	found.mount_point = unescape(mount->mount_point);
	found.root = unescape(mount->root);
	found.self_path =
		self_path_of(self_cgroup, found.v2, found.controllers, &hierarchies->trouble);
	hierarchies_add(hierarchies, &found);
}

void hierarchies_parse(struct span mountinfo, struct span self_cgroup, struct hierarchies *out)
{
	struct mounts mounts = {NULL, 0, 0};

	*out = HIERARCHIES_INIT;
	mounts_parse(mountinfo, &mounts, &out->trouble);
	for (size_t i = 0; i < mounts.len; i++) {
		const struct parse_mount *mount = &mounts.items[i];

		if ((span_eq(mount->fstype, SPAN("cgroup")) ||
		     span_eq(mount->fstype, SPAN("cgroup2"))) &&
		    mount_is_reachable(&mounts, mount))
			hierarchies_add_mount(out, mount, self_cgroup);
	}
	free(mounts.items);
	hierarchies_settle(out);
}

static void hierarchies_drop(struct hierarchies *hierarchies, size_t i)
{
	hierarchy_finish(&hierarchies->items[i]);
	hierarchies->len--;
	memmove(&hierarchies->items[i], &hierarchies->items[i + 1],
		(hierarchies->len - i) * sizeof(hierarchies->items[0]));
}

/*
 * A v2 host may have v1 file systems mounted beside it without being hybrid: an empty name=systemd for
 * an old container image, or net_cls for a VPN. It is hybrid if a controller that we read is on v1, or
 * if v2 offers none and systemd keeps its tree in v1.
 */
static enum cgroup_layout layout_of(const struct hierarchies *hierarchies)
{
	unsigned int v1 = 0, v2 = 0;

	for (size_t i = 0; i < hierarchies->len; i++)
		*(hierarchies->items[i].v2 ? &v2 : &v1) |= hierarchies->items[i].controllers;
	if (!v1 && !v2)
		return CGROUP_LAYOUT_NONE;
	if (!v2)
		return CGROUP_LAYOUT_LEGACY;
	if (v1 & ~(1u << CGROUP_SYSTEMD))
		return CGROUP_LAYOUT_HYBRID;
	return v1 && v2 == 1u << CGROUP_UNIFIED ? CGROUP_LAYOUT_HYBRID : CGROUP_LAYOUT_UNIFIED;
}

void hierarchies_settle(struct hierarchies *hierarchies)
{
	hierarchies->layout = layout_of(hierarchies);
	for (size_t i = hierarchies->len; i-- > 0;)
		if (hierarchies->layout == CGROUP_LAYOUT_UNIFIED && !hierarchies->items[i].v2)
			hierarchies_drop(hierarchies, i);
	memset(hierarchies->of, HIERARCHY_NONE, sizeof(hierarchies->of));
	for (size_t i = 0; i < hierarchies->len; i++)
		for (unsigned int c = 0; c < CGROUP_CONTROLLERS; c++)
			if (hierarchies->items[i].controllers & 1u << c)
				hierarchies->of[c] = (uint8_t)i;
}

static const char *below_root(const char *absolute)
{
	while (*absolute == '/')
		absolute++;
	return *absolute ? absolute : ".";
}

static int hierarchy_read_controllers(struct hierarchy *hierarchy, struct strbuf *buf,
				      struct err *err)
{
	int r = dir_read(hierarchy->fd, "cgroup.controllers", buf, err);

	if (r == 0)
		hierarchy->controllers |=
			hierarchy_controller_bits(span_trim(strbuf_span(buf)), ' ');
	return r;
}

/* A mount point that can't be entered is left out. A failure that may be over at the next try, for want of
 * descriptors or memory, is forwarded: half of the truth would stay. */
static int hierarchies_open(int root_fd, struct hierarchies *hierarchies, struct err *err)
{
	struct strbuf buf = STRBUF_INIT;
	int r = 0;

	for (size_t i = hierarchies->len; r >= 0 && i-- > 0;) {
		struct hierarchy *hierarchy = &hierarchies->items[i];

		r = dir_open(root_fd, below_root(hierarchy->mount_point), &hierarchy->fd, err);
		if (r == 0 && hierarchy->v2)
			r = hierarchy_read_controllers(hierarchy, &buf, err);
		if (hierarchy->fd >= 0 || r < 0)
			continue;
		err_setx(&hierarchies->trouble, 0, "cgroup hierarchy %s: %s",
			 hierarchy->mount_point,
			 r == READ_DENIED ? "permission denied" : "not there");
		hierarchies_drop(hierarchies, i);
	}
	strbuf_finish(&buf);
	hierarchies_settle(hierarchies);
	return r < 0 ? r : 0;
}

int hierarchies_find(int root_fd, struct hierarchies *out, struct err *err)
{
	struct strbuf mountinfo = STRBUF_INIT, self_cgroup = STRBUF_INIT;
	struct err ignored = ERR_INIT;
	int r;

	*out = HIERARCHIES_INIT;
	memset(out->of, HIERARCHY_NONE, sizeof(out->of));
	r = dir_read(root_fd, "proc/self/mountinfo", &mountinfo, err);
	if (r > 0)
		r = err_setx(err, ENOENT, "read /proc/self/mountinfo: not there");
	if (r == 0) {
		/* Without it mounts can be read all the same; only our own place is unknown. */
		dir_read(root_fd, "proc/self/cgroup", &self_cgroup, &ignored);
		hierarchies_parse(strbuf_span(&mountinfo), strbuf_span(&self_cgroup), out);
		r = hierarchies_open(root_fd, out, err);
	}
	if (r < 0)
		hierarchies_finish(out);
	strbuf_finish(&mountinfo);
	strbuf_finish(&self_cgroup);
	return r;
}

static bool text_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool hierarchies_equal(const struct hierarchies *a, const struct hierarchies *b)
{
	if (a->len != b->len || a->layout != b->layout)
		return false;
	for (size_t i = 0; i < a->len; i++) {
		const struct hierarchy *x = &a->items[i], *y = &b->items[i];

		if (x->v2 != y->v2 || x->controllers != y->controllers ||
		    x->dev_major != y->dev_major || x->dev_minor != y->dev_minor ||
		    !text_equal(x->mount_point, y->mount_point) || !text_equal(x->root, y->root))
			return false;
	}
	return true;
}

void hierarchies_finish(struct hierarchies *hierarchies)
{
	for (size_t i = 0; i < hierarchies->len; i++)
		hierarchy_finish(&hierarchies->items[i]);
	hierarchies->len = 0;
}

bool hierarchy_visible_path(const struct hierarchy *hierarchy, struct span path,
			    struct span *out_path)
{
	struct span root = span_of(hierarchy->root);

	/* "/../x" is outside our cgroup namespace: only a mount that reaches as far can show it. */
	if (root.len <= 1) {
		if (path.len == 0 || path.p[0] != '/' || path_within(path, SPAN("/..")))
			return false;
		*out_path = path;
		return true;
	}
	if (!path_within(path, root))
		return false;
	path.p += root.len;
	path.len -= root.len;
	*out_path = path.len > 0 ? path : SPAN("/");
	return true;
}

uint8_t hierarchies_of_line(const struct hierarchies *hierarchies, uint64_t hierarchy_id,
			    struct span controllers)
{
	struct span name;

	if (hierarchy_id == 0)
		return hierarchies->of[CGROUP_UNIFIED];
	while (span_next_part(&controllers, ',', &name))
		for (size_t i = 0; i < hierarchies->len; i++)
			if (!hierarchies->items[i].v2 &&
			    (hierarchies->items[i].controllers & controller_bit(name)))
				return (uint8_t)i;
	return HIERARCHY_NONE;
}
