/* SPDX-License-Identifier: MIT */
/* Limits as properties of a unit: each by the name and in the type that the manager has for it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "runtime/io_rules.h"
#include "runtime/number_list.h"
#include "runtime/systemd.h"
#include "runtime/systemd_bus.h"

#ifndef SYSTEMD_BUS

int systemd_set_limits(const char *unit, bool user, const struct limit_set *wanted, struct err *err)
{
	(void)unit;
	(void)user;
	(void)wanted;
	err_setx(err, EOPNOTSUPP, "this boxtop was built without libsystemd");
	return SYSTEMD_UNREACHABLE;
}

#else

static const char *const io_properties[IO_KEYS] = {
	[IO_RBPS] = "IOReadBandwidthMax",
	[IO_WBPS] = "IOWriteBandwidthMax",
	[IO_RIOPS] = "IOReadIOPSMax",
	[IO_WIOPS] = "IOWriteIOPSMax",
};

/* The manager's "infinity" is the largest number, as ours; a CPU's microseconds in a second are our
 * microcpus. */
static int append_number(const struct systemd_call *call, enum limit_id id,
			 const struct limit_value *value)
{
	return call->sd->message_append(call->message, "(sv)", limits[id].systemd_property, "t",
					value->number);
}

/* "0-1,4" as bits; none at all is no limit. */
static size_t bits_of(const struct limit_value *value, uint8_t *bits)
{
	struct span rest = span_of(value->text), part;
	size_t len = 0;

	if (value->number == LIMIT_NONE)
		return 0;
	while (span_next_part(&rest, ',', &part)) {
		struct span from = part, to = part;
		uint64_t first = 0, last = 0;

		span_split_at(part, '-', &from, &to);
		if (!parse_u64(from, &first) || !parse_u64(to, &last) || last > NUMBER_LIST_MAX)
			continue;
		for (uint64_t n = first; n <= last; n++)
			bits[n / 8] |= (uint8_t)(1u << n % 8);
		len = last / 8 + 1 > len ? last / 8 + 1 : len;
	}
	return len;
}

static int append_list(const struct systemd_call *call, enum limit_id id,
		       const struct limit_value *value)
{
	const struct sd *sd = call->sd;
	uint8_t bits[(NUMBER_LIST_MAX + 1) / 8] = {0};
	size_t len = bits_of(value, bits);
	int r = sd->message_open_container(call->message, 'r', "sv");

	if (r >= 0)
		r = sd->message_append(call->message, "s", limits[id].systemd_property);
	if (r >= 0)
		r = sd->message_open_container(call->message, 'v', "ay");
	if (r >= 0)
		r = sd->message_append_array(call->message, 'y', bits, len);
	if (r >= 0)
		r = sd->message_close_container(call->message);
	return r >= 0 ? sd->message_close_container(call->message) : r;
}

static int append_disks(const struct systemd_call *call, enum io_key key,
			const struct io_rules *rules)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < rules->len; i++) {
		const struct io_rule *rule = &rules->items[i];
		char path[64];

		if (!(rule->set & 1u << key))
			continue;
		snprintf(path, sizeof(path), "/dev/block/%u:%u", rule->dev_major, rule->dev_minor);
		r = call->sd->message_append(call->message, "(st)", path, rule->values[key]);
	}
	return r;
}

static bool says(const struct io_rules *rules, enum io_key key)
{
	for (size_t i = 0; i < rules->len; i++)
		if (rules->items[i].set & 1u << key)
			return true;
	return false;
}

static int append_io(const struct systemd_call *call, enum io_key key, const struct io_rules *rules)
{
	const struct sd *sd = call->sd;
	int r = sd->message_open_container(call->message, 'r', "sv");

	if (r >= 0)
		r = sd->message_append(call->message, "s", io_properties[key]);
	if (r >= 0)
		r = sd->message_open_container(call->message, 'v', "a(st)");
	if (r >= 0)
		r = sd->message_open_container(call->message, 'a', "(st)");
	if (r >= 0)
		r = append_disks(call, key, rules);
	for (int level = 0; r >= 0 && level < 3; level++)
		r = sd->message_close_container(call->message);
	return r;
}

/* An empty list clears what there is; a disk named again replaces its value. */
static int append_rules(const struct systemd_call *call, const struct limit_value *value)
{
	struct io_rules rules = {.len = 0};
	int r = 0;

	if (value->number != LIMIT_NONE)
		r = io_rules_parse(span_of(value->text), &rules, NULL);
	for (int key = 0; r >= 0 && key < IO_KEYS; key++)
		if (value->number == LIMIT_NONE || says(&rules, (enum io_key)key))
			r = append_io(call, (enum io_key)key, &rules);
	return r;
}

static int append_limits(const struct systemd_call *call, const struct limit_set *wanted)
{
	int r = 0;

	for (int i = 0; r >= 0 && i < LIMITS; i++) {
		const struct limit_value *value = &wanted->values[i];

		if (!value->set)
			continue;
		if (limits[i].unit == LIMIT_IO_RULES)
			r = append_rules(call, value);
		else if (limits[i].unit == LIMIT_LIST)
			r = append_list(call, (enum limit_id)i, value);
		else
			r = append_number(call, (enum limit_id)i, value);
	}
	return r;
}

int systemd_set_limits(const char *unit, bool user, const struct limit_set *wanted, struct err *err)
{
	_cleanup_(systemd_call_finish)
	struct systemd_call call;
	int r = systemd_call_begin(&call, user, "SetUnitProperties", err);

	if (r != 0)
		return r;
	r = call.sd->message_append(call.message, "sb", unit, 1);
	if (r >= 0)
		r = call.sd->message_open_container(call.message, 'a', "(sv)");
	if (r >= 0)
		r = append_limits(&call, wanted);
	if (r >= 0)
		r = call.sd->message_close_container(call.message);
	return systemd_call_send(&call, r, err);
}

#endif
