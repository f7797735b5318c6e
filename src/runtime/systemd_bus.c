/* SPDX-License-Identifier: MIT */
/*
 * Calls to a systemd manager: the library found at run time, one connection a call. None of this is on
 * the way of a launch where systemd doesn't run the host.
 */
#include "runtime/systemd_bus.h"

#include <errno.h>
#include <sys/stat.h>

#include "runtime/systemd.h"

bool systemd_is_running(void)
{
	struct stat st;

	/* What sd_booted(3) documents; no library is needed to look. */
	return lstat("/run/systemd/system/", &st) == 0 && S_ISDIR(st.st_mode);
}

#ifdef SYSTEMD_BUS

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

#define LIBRARY	     "libsystemd.so.0"
#define SERVICE	     "org.freedesktop.systemd1"
#define OBJECT	     "/org/freedesktop/systemd1"
#define MANAGER	     "org.freedesktop.systemd1.Manager"
#define TIMEOUT_USEC 25000000

static struct sd functions;
static bool functions_found;
static pthread_once_t find_once = PTHREAD_ONCE_INIT;

static const struct {
	const char *name;
	void *where; /* a pointer to a function, to be set */
} symbols[] = {
	{"sd_bus_new", &functions.bus_new},
	{"sd_bus_set_address", &functions.bus_set_address},
	{"sd_bus_set_bus_client", &functions.bus_set_bus_client},
	{"sd_bus_start", &functions.bus_start},
	{"sd_bus_open_system", &functions.bus_open_system},
	{"sd_bus_flush_close_unref", &functions.bus_flush_close_unref},
	{"sd_bus_message_new_method_call", &functions.message_new_method_call},
	{"sd_bus_message_append", &functions.message_append},
	{"sd_bus_message_append_array", &functions.message_append_array},
	{"sd_bus_message_open_container", &functions.message_open_container},
	{"sd_bus_message_close_container", &functions.message_close_container},
	{"sd_bus_message_read", &functions.message_read},
	{"sd_bus_message_unref", &functions.message_unref},
	{"sd_bus_match_signal", &functions.match_signal},
	{"sd_bus_slot_unref", &functions.slot_unref},
	{"sd_bus_call", &functions.call},
	{"sd_bus_process", &functions.process},
	{"sd_bus_wait", &functions.wait},
	{"sd_bus_error_free", &functions.error_free},
};

static void find_functions(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	size_t found = 0;

	for (size_t i = 0; library && i < ARRAY_LEN(symbols); i++) {
		void *function = dlsym(library, symbols[i].name);

		memcpy(symbols[i].where, &function, sizeof(function));
		found += function != NULL;
	}
	functions_found = found == ARRAY_LEN(symbols);
}

/* Of our own user, wherever the environment points: it may be that of a session that was left by su(1). */
static int open_user(const struct sd *sd, sd_bus **out)
{
	char address[64];
	int r = sd->bus_new(out);

	snprintf(address, sizeof(address), "unix:path=/run/user/%u/bus", (unsigned int)geteuid());
	if (r >= 0)
		r = sd->bus_set_address(*out, address);
	if (r >= 0)
		r = sd->bus_set_bus_client(*out, 1);
	return r >= 0 ? sd->bus_start(*out) : r;
}

int systemd_call_begin(struct systemd_call *call, bool user, const char *method, struct err *err)
{
	const struct sd *sd = &functions;
	int r;

	*call = (struct systemd_call) {.sd = sd, .method = method};
	pthread_once(&find_once, find_functions);
	if (!functions_found) {
		err_setx(err, ENOENT, "there is no %s", LIBRARY);
		return SYSTEMD_UNREACHABLE;
	}
	r = user ? open_user(sd, &call->bus) : sd->bus_open_system(&call->bus);
	if (r < 0) {
		err_set(err, -r, "connect to the %s bus", user ? "user's" : "system");
		return SYSTEMD_UNREACHABLE;
	}
	r = sd->message_new_method_call(call->bus, &call->message, SERVICE, OBJECT, MANAGER,
					method);
	return r < 0 ? err_set(err, -r, "ask systemd: %s", method) : 0;
}

static bool name_is(const sd_bus_error *error, const char *name)
{
	return error->name && strcmp(error->name, name) == 0;
}

/* Nobody at the other end: then there is somebody else to do it, or nobody. */
static bool is_unreachable(const sd_bus_error *error)
{
	return name_is(error, "org.freedesktop.DBus.Error.ServiceUnknown") ||
	       name_is(error, "org.freedesktop.DBus.Error.NameHasNoOwner") ||
	       name_is(error, "org.freedesktop.DBus.Error.Disconnected");
}

int systemd_call_send(struct systemd_call *call, int r, struct err *err)
{
	sd_bus_error error = {NULL, NULL, 0};

	if (r < 0)
		return err_set(err, -r, "ask systemd: %s", call->method);
	r = call->sd->call(call->bus, call->message, TIMEOUT_USEC, &error, &call->reply);
	if (r >= 0)
		return 0;
	err_setx(err, -r, "systemd: %s: %s", call->method,
		 error.message ? error.message : strerror(-r));
	if (name_is(&error, "org.freedesktop.systemd1.UnitExists"))
		r = -EEXIST;
	else if (is_unreachable(&error))
		r = SYSTEMD_UNREACHABLE;
	call->sd->error_free(&error);
	return r;
}

void systemd_call_finish(struct systemd_call *call)
{
	if (call->message)
		call->sd->message_unref(call->message);
	if (call->reply)
		call->sd->message_unref(call->reply);
	if (call->bus)
		call->sd->bus_flush_close_unref(call->bus);
}

#endif
