/* SPDX-License-Identifier: MIT */
/* libsystemd's functions, by pointers found at run time; internal to systemd*.c. */
#ifndef BOXTOP_RUNTIME_SYSTEMD_BUS_H
#define BOXTOP_RUNTIME_SYSTEMD_BUS_H

#include <stdbool.h>

#include "base/err.h"

#if defined(__has_include)
#if __has_include(<systemd/sd-bus.h>)
#define SYSTEMD_BUS 1
#endif
#endif

#ifdef SYSTEMD_BUS
#include <systemd/sd-bus.h>

/** struct sd - the functions that are used, under their own names */
struct sd {
	__typeof__(sd_bus_new) *bus_new;
	__typeof__(sd_bus_set_address) *bus_set_address;
	__typeof__(sd_bus_set_bus_client) *bus_set_bus_client;
	__typeof__(sd_bus_start) *bus_start;
	__typeof__(sd_bus_open_system) *bus_open_system;
	__typeof__(sd_bus_flush_close_unref) *bus_flush_close_unref;
	__typeof__(sd_bus_message_new_method_call) *message_new_method_call;
	__typeof__(sd_bus_message_append) *message_append;
	__typeof__(sd_bus_message_append_array) *message_append_array;
	__typeof__(sd_bus_message_open_container) *message_open_container;
	__typeof__(sd_bus_message_close_container) *message_close_container;
	__typeof__(sd_bus_message_read) *message_read;
	__typeof__(sd_bus_message_unref) *message_unref;
	__typeof__(sd_bus_match_signal) *match_signal;
	__typeof__(sd_bus_slot_unref) *slot_unref;
	__typeof__(sd_bus_call) *call;
	__typeof__(sd_bus_process) *process;
	__typeof__(sd_bus_wait) *wait;
	__typeof__(sd_bus_error_free) *error_free;
};

/** struct systemd_call - a method call of a manager in the making */
struct systemd_call {
	const struct sd *sd;
	sd_bus *bus;
	sd_bus_message *message, *reply; /* the latter after systemd_call_send() */
	const char *method;
};

/**
 * systemd_call_begin() - connect, and start the message
 * @user: to the manager of our own user
 *
 * Return: 0; SYSTEMD_UNREACHABLE; -errno with @err. Finish it anyway.
 */
int systemd_call_begin(struct systemd_call *call, bool user, const char *method, struct err *err);
/** systemd_call_send() - send and wait for the answer. @r: of what was appended; 0; SYSTEMD_UNREACHABLE;
 *  -EEXIST; -errno with @err, in the manager's own words */
int systemd_call_send(struct systemd_call *call, int r, struct err *err);
void systemd_call_finish(struct systemd_call *call);

#endif
#endif
