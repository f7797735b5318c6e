// SPDX-License-Identifier: MIT
/*
 * libvirt: machine.slice/machine-qemu\x2d<n>\x2d<name>.scope, or <name>.libvirt-qemu where libvirt
 * makes the directories itself; the same with lxc for its containers. The name is in the path; the
 * leader comes from machined, or from libvirt's pid file.
 */
#include "base/cleanup.h"
#include "collectors/engines/confirm.h"
#include "collectors/engines/machined.h"
#include "collectors/engines/match.h"

/** struct driver - qemu or lxc */
struct driver {
	const char *prefix; /* of the machine's name */
	const char *suffix; /* of a directory that libvirt made */
	const char *run;    /* where pid files are */
	enum container_kind kind;
};

static const struct driver drivers[] = {
	{"qemu-", ".libvirt-qemu", "run/libvirt/qemu", CONTAINER_VM},
	{"lxc-", ".libvirt-lxc", "run/libvirt/lxc", CONTAINER_CONTAINER},
};

/* "qemu-3-web": the number is of this start, and no part of the name */
static bool split_machine(const struct driver *driver, struct span machine, struct span *out_name)
{
	struct span rest, number;

	return match_strip(machine, driver->prefix, "", &rest) &&
	       span_split_at(rest, '-', &number, out_name) && match_digits(number) &&
	       match_filename(*out_name);
}

/* The id is what machined calls it, or the name. */
static bool match_driver(const struct driver *driver, const struct claim_path *path,
			 struct span *out_id, struct span *out_name)
{
	if (match_strip(path->unescaped, "machine-", ".scope", out_id))
		return split_machine(driver, *out_id, out_name);
	if (!match_strip(path->unescaped, "", driver->suffix, out_id) || !match_filename(*out_id))
		return false;
	if (!split_machine(driver, *out_id, out_name))
		*out_name = *out_id;
	return true;
}

static bool libvirt_claim(const struct claim_path *path, struct claim *out)
{
	struct span id, name;

	for (size_t i = 0; i < ARRAY_LEN(drivers); i++) {
		if (!match_driver(&drivers[i], path, &id, &name))
			continue;
		claim_set(out, drivers[i].kind, id, name);
		return true;
	}
	return false;
}

static int libvirt_confirm(const struct engine_io *io, struct claim *claim, struct err *err)
{
	(void)err;
	if (machined_confirm(io, claim, claim->id))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(drivers); i++)
		if (drivers[i].kind == claim->kind)
			confirm_pidfile(io, claim, drivers[i].run,
					arena_printf(claim->arena, "%s.pid", claim->name));
	return 0;
}

const struct engine engine_libvirt = {
	.name = "libvirt",
	.claim = libvirt_claim,
	.confirm = libvirt_confirm,
};
