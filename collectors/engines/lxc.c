// SPDX-License-Identifier: MIT
/*
 * LXC, and Incus and LXD on top of it. lxc.payload.<name>, lxc.payload/<name> (3.1) and /lxc/<name>
 * (before), lxc.monitor.<name> beside it. The name is in the path; which of the three it is, the
 * state directories tell. Incus and LXD put "<project>_" in front of the name outside of their
 * default project; neither allows an underscore in a name or a project. None of them keeps a pid on
 * disk: the state confirms by name.
 */
#include "base/cleanup.h"
#include "collectors/engines/confirm.h"
#include "collectors/engines/match.h"

/** struct form - a component, or one below a directory of that name */
struct form {
	const char *prefix; /* of the component; NULL: any */
	const char *above;  /* last component of the parent; NULL: any */
	enum container_kind kind;
};

static const struct form forms[] = {
	{"lxc.payload.", NULL, CONTAINER_CONTAINER}, {"lxc.monitor.", NULL, CONTAINER_MONITOR},
	{NULL, "lxc.payload", CONTAINER_CONTAINER},  {NULL, "lxc.monitor", CONTAINER_MONITOR},
	{NULL, "lxc", CONTAINER_CONTAINER},
};

/** struct home - where one of the engines keeps a directory per container */
struct home {
	const char *engine;
	const char *base;
	const char *below; /* that, below the container's directory, must be there */
};

static const struct home homes[] = {
	{"incus", "var/lib/incus/containers", ""},
	{"incus", "run/incus", "/lxc.conf"},
	{"lxd", "var/snap/lxd/common/lxd/containers", ""},
	{"lxd", "var/lib/lxd/containers", ""},
	{"lxc", "var/lib/lxc", "/config"},
};

static bool match_form(const struct form *form, const struct claim_path *path, struct span *out)
{
	if (form->above && !span_eq(match_last(path->parent), span_of(form->above)))
		return false;
	if (!form->prefix) {
		*out = path->component;
		return true;
	}
	return match_strip(path->component, form->prefix, "", out);
}

static bool lxc_claim(const struct claim_path *path, struct claim *out)
{
	struct span name;

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (!match_form(&forms[i], path, &name) || !match_filename(name))
			continue;
		claim_set(out, forms[i].kind, name, name);
		return true;
	}
	return false;
}

/* "shop_web": web of the project shop */
static void split_project(struct claim *claim)
{
	struct span project, name;

	if (!span_split_at(span_of(claim->id), '_', &project, &name) || !project.len || !name.len)
		return;
	claim->project = claim_text(claim, project);
	claim->name = claim_text(claim, name);
}

static void confirm_home(const struct engine_io *io, struct claim *claim, const struct home *home)
{
	confirm_by_path(io, claim, home->base,
			arena_printf(claim->arena, "%s%s", claim->id, home->below));
	if (!claim->confirmed)
		return;
	claim->engine = home->engine;
	if (strcmp(home->engine, "lxc") != 0)
		split_project(claim);
}

static int lxc_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	struct home user = {"lxc", NULL, "/config"};

	(void)err;
	if (claim->uid != 0) {
		user.base = confirm_base(io, claim, NULL, ".local/share/lxc");
		if (user.base)
			confirm_home(io, claim, &user);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(homes) && !claim->confirmed; i++)
		confirm_home(io, claim, &homes[i]);
	return 0;
}

const struct engine engine_lxc = {
	.name = "lxc",
	.claim = lxc_claim,
	.confirm = lxc_confirm,
};
