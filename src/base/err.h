/* SPDX-License-Identifier: MIT */
/*
 * The one error type: plain data with no allocation, so that a child between clone and exec can
 * send it up a pipe. 0 is success; a negative return is fatal and forwarded, never matched on; a
 * positive return is a condition that the module documents and that is daily life for a monitor.
 */
#ifndef BOXTOP_BASE_ERR_H
#define BOXTOP_BASE_ERR_H

/** struct err - why a call failed, for a person to read */
struct err {
	int code; /* a positive errno; 0 while nothing failed */
	char text
		[256]; /* what was attempted on which object: "read memory.current: Permission denied" */
};

#define ERR_INIT ((struct err) {0, ""})

/**
 * err_set() - record a failure
 * @err:  where to; NULL is allowed and only the return value is used
 * @code: a positive errno, or 0 for a failure without one (then -EINVAL is returned)
 * @fmt:  what was attempted on which object; strerror(@code) is appended after ": " if @code is set
 *
 * Text that does not fit is cut at a character boundary and ends in "...".
 * Return: -@code.
 */
int err_set(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/**
 * err_setx() - as err_set(), but without strerror(): the text says it all
 */
int err_setx(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/**
 * err_wrap() - put words in front of a failure that is being forwarded
 * @r: the return value of the call that failed
 *
 * Return: @r; nothing is changed when @r is not negative.
 */
int err_wrap(struct err *err, int r, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
