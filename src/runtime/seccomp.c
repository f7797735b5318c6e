/* SPDX-License-Identifier: MIT */
/* The filter of a sandbox: the default one as the build made it, or an OCI profile through libseccomp. */
#include "runtime/seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"

/* blobs.S */
extern const char seccomp_blob[], seccomp_blob_end[];

static const struct {
	const char *name;
	uint32_t action;
} actions[] = {
	{"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW},
	{"SCMP_ACT_KILL", SCMP_ACT_KILL},
	{"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD},
	{"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS},
	{"SCMP_ACT_TRAP", SCMP_ACT_TRAP},
	{"SCMP_ACT_LOG", SCMP_ACT_LOG},
	{"SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0)},
};

static const struct {
	const char *name;
	enum scmp_compare op;
} operators[] = {
	{"SCMP_CMP_NE", SCMP_CMP_NE},
	{"SCMP_CMP_LT", SCMP_CMP_LT},
	{"SCMP_CMP_LE", SCMP_CMP_LE},
	{"SCMP_CMP_EQ", SCMP_CMP_EQ},
	{"SCMP_CMP_GE", SCMP_CMP_GE},
	{"SCMP_CMP_GT", SCMP_CMP_GT},
	{"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
};

#define ARGS_MAX 6

static void cleanup_json(json_t **json)
{
	json_decref(*json);
}

static void cleanup_filter(scmp_filter_ctx *filter)
{
	if (*filter)
		seccomp_release(*filter);
}

static int find_action(json_t *name, json_t *code, uint32_t *out, struct err *err)
{
	const char *text = json_string_value(name);

	for (size_t i = 0; text && i < ARRAY_LEN(actions); i++) {
		if (strcmp(actions[i].name, text) != 0)
			continue;
		*out = actions[i].action;
		if (strcmp(text, "SCMP_ACT_ERRNO") == 0)
			*out = SCMP_ACT_ERRNO((uint32_t)(json_is_integer(code)
								 ? json_integer_value(code) & 0xffff
								 : EPERM));
		return 0;
	}
	return err_setx(err, EINVAL, "action '%s' is not supported", text ? text : "");
}

static int add_arch(scmp_filter_ctx filter, json_t *name, struct err *err)
{
	static const struct {
		const char *name;
		uint32_t arch;
	} archs[] = {
		{"SCMP_ARCH_X86", SCMP_ARCH_X86},	  {"SCMP_ARCH_X86_64", SCMP_ARCH_X86_64},
		{"SCMP_ARCH_X32", SCMP_ARCH_X32},	  {"SCMP_ARCH_ARM", SCMP_ARCH_ARM},
		{"SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64},
	};
	const char *text = json_string_value(name);

	for (size_t i = 0; text && i < ARRAY_LEN(archs); i++) {
		int r = strcmp(archs[i].name, text) == 0 ? seccomp_arch_add(filter, archs[i].arch)
							 : -EDOM;

		if (r == 0 || r == -EEXIST)
			return 0;
	}
	/* Another machine's: no call of it can be made here. */
	return text ? 0 : err_setx(err, EINVAL, "an architecture is not a text");
}

static int read_args(json_t *list, struct scmp_arg_cmp *args, unsigned int *n, struct err *err)
{
	size_t i;
	json_t *item;

	*n = 0;
	json_array_foreach(list, i, item)
	{
		const char *op = json_string_value(json_object_get(item, "op"));
		json_int_t index = json_integer_value(json_object_get(item, "index"));
		size_t k = 0;

		while (op && k < ARRAY_LEN(operators) && strcmp(operators[k].name, op) != 0)
			k++;
		if (*n >= ARGS_MAX || index < 0 || index >= ARGS_MAX || !op ||
		    k == ARRAY_LEN(operators))
			return err_setx(err, EINVAL, "a condition on an argument is malformed");
		args[(*n)++] = (struct scmp_arg_cmp) {
			.arg = (unsigned int)index,
			.op = operators[k].op,
			.datum_a = (uint64_t)json_integer_value(json_object_get(item, "value")),
			.datum_b = (uint64_t)json_integer_value(json_object_get(item, "valueTwo")),
		};
	}
	return 0;
}

static int add_rule(scmp_filter_ctx filter, json_t *rule, uint32_t fallback, struct err *err)
{
	struct scmp_arg_cmp args[ARGS_MAX];
	unsigned int n = 0;
	uint32_t action;
	size_t i;
	json_t *name;
	int r = find_action(json_object_get(rule, "action"), json_object_get(rule, "errnoRet"),
			    &action, err);

	if (r == 0)
		r = read_args(json_object_get(rule, "args"), args, &n, err);
	if (r < 0 || action == fallback)
		return r;
	json_array_foreach(json_object_get(rule, "names"), i, name)
	{
		int call = seccomp_syscall_resolve_name(
			json_string_value(name) ? json_string_value(name) : "");

		/* A call of a newer kernel than the library: it gets the default action. */
		if (call == __NR_SCMP_ERROR)
			continue;
		r = seccomp_rule_add_array(filter, action, call, n, args);
		if (r < 0 && r != -EEXIST)
			return err_set(err, -r, "rule for %s", json_string_value(name));
	}
	return 0;
}

/* The filter goes through a file: that is how libseccomp hands it out. */
static int export(scmp_filter_ctx filter, struct strbuf *out, struct err *err)
{
	_cleanup_(cleanup_close)
	int fd = memfd_create("boxtop-seccomp", MFD_CLOEXEC);
	int r = fd < 0 ? -errno : seccomp_export_bpf(filter, fd);
	off_t size;

	if (r < 0)
		return err_set(err, -r, "compile");
	size = lseek(fd, 0, SEEK_END);
	strbuf_reserve(out, (size_t)size);
	if (pread(fd, out->data, (size_t)size, 0) != size)
		return err_set(err, EIO, "read the compiled list");
	out->len = (size_t)size;
	out->data[out->len] = '\0';
	return 0;
}

static int compile(json_t *profile, struct strbuf *out, struct err *err)
{
	_cleanup_(cleanup_filter)
	scmp_filter_ctx filter = NULL;
	uint32_t fallback = 0;
	size_t i;
	json_t *item;
	int r = find_action(json_object_get(profile, "defaultAction"),
			    json_object_get(profile, "defaultErrnoRet"), &fallback, err);

	if (r < 0)
		return r;
	filter = seccomp_init(fallback);
	if (!filter)
		return err_set(err, ENOMEM, "make a filter");
	json_array_foreach(json_object_get(profile, "architectures"), i, item) if (r == 0) r =
		add_arch(filter, item, err);
	json_array_foreach(json_object_get(profile, "syscalls"), i, item) if (r == 0) r =
		add_rule(filter, item, fallback, err);
	return r < 0 ? r : export(filter, out, err);
}

static int compile_file(const char *path, struct strbuf *out, struct err *err)
{
	json_error_t error;
	_cleanup_(cleanup_json)
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	json_t *inner = json_object_get(json_object_get(root, "linux"), "seccomp");

	if (!root)
		return err_setx(err, EINVAL, "line %d: %s", error.line, error.text);
	return compile(inner ? inner : root, out, err);
}

int seccomp_program(const struct spec *spec, struct strbuf *out, struct err *err)
{
	if (spec->seccomp == SPEC_SECCOMP_DEFAULT)
		strbuf_add(out, seccomp_blob, (size_t)(seccomp_blob_end - seccomp_blob));
	if (spec->seccomp != SPEC_SECCOMP_PROFILE)
		return 0;
	return err_wrap(err, compile_file(spec->seccomp_profile, out, err), "seccomp profile %s",
			spec->seccomp_profile);
}
