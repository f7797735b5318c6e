/* SPDX-License-Identifier: MIT */
/*
 * The structured files of a cgroup: cpu.max, io.stat and its elder brother
 * blkio, pressure. Allocates nothing, keeps nothing; never touches an output
 * when it refuses a file.
 */
#include "base/parse.h"

int parse_cpu_max(struct span file, uint64_t *out_quota_usec, uint64_t *out_period_usec,
		  struct err *err)
{
	struct span rest = file;
	struct span quota, period, more;
	uint64_t quota_usec = PARSE_MAX, period_usec;

	if (!span_next_word(&rest, &quota) || !span_next_word(&rest, &period) ||
	    span_next_word(&rest, &more))
		return parse_refuse(err, "cpu.max", file);
	if (!span_eq(quota, SPAN("max")) && !parse_u64(quota, &quota_usec))
		return parse_refuse(err, "cpu.max", file);
	if (!parse_u64(period, &period_usec) || period_usec == 0)
		return parse_refuse(err, "cpu.max", file);
	*out_quota_usec = quota_usec;
	*out_period_usec = period_usec;
	return 0;
}

/* is_device() - "8:0", or what the kernel prints for a device that just left */
static bool is_device(struct span word)
{
	struct span major, minor;
	uint64_t number;

	if (span_eq(word, SPAN("(unknown)")))
		return true;
	return span_split_at(word, ':', &major, &minor) && parse_u64(major, &number) &&
	       parse_u64(minor, &number);
}

/* io_field() - where the sum of one key of io.stat goes; NULL for keys of
 * others (dbytes, cost.*) */
static uint64_t *io_field(struct parse_io *io, struct span key)
{
	if (span_eq(key, SPAN("rbytes")))
		return &io->read_bytes;
	if (span_eq(key, SPAN("wbytes")))
		return &io->write_bytes;
	if (span_eq(key, SPAN("rios")))
		return &io->read_ops;
	if (span_eq(key, SPAN("wios")))
		return &io->write_ops;
	return NULL;
}

/*
 * io_word() - one word of io.stat. Before 5.16 a device without counters
 * printed its number and no end of line, so a device may stand anywhere.
 */
static bool io_word(struct parse_io *io, struct span word)
{
	struct span key, text;
	uint64_t *sum;
	uint64_t value;

	if (!span_split_at(word, '=', &key, &text))
		return is_device(word);
	sum = io_field(io, key);
	if (!sum)
		return true;
	if (!parse_u64(text, &value))
		return false;
	*sum += value;
	return true;
}

int parse_io_stat(struct span file, struct parse_io *out, struct err *err)
{
	struct parse_io io = {0};
	struct span line, rest, word;

	while (span_next_line(&file, &line)) {
		rest = line;
		while (span_next_word(&rest, &word)) {
			if (!io_word(&io, word))
				return parse_refuse(err, "line of io.stat", line);
		}
	}
	*out = io;
	return 0;
}

int parse_blkio(struct span file, uint64_t *out_read, uint64_t *out_write, struct err *err)
{
	uint64_t read = 0, write = 0, value;
	struct span line, rest, first, second, third, more;

	while (span_next_line(&file, &line)) {
		rest = line;
		if (!span_next_word(&rest, &first))
			continue;
		if (!span_next_word(&rest, &second))
			return parse_refuse(err, "line of blkio", line);
		/* "Total N" ends the file; it counts discards too, so it is no sum of ours.
     */
		if (!span_next_word(&rest, &third)) {
			if (!span_eq(first, SPAN("Total")) || !parse_u64(second, &value))
				return parse_refuse(err, "line of blkio", line);
			continue;
		}
		if (span_next_word(&rest, &more) || !is_device(first) || !parse_u64(third, &value))
			return parse_refuse(err, "line of blkio", line);
		if (span_eq(second, SPAN("Read")))
			read += value;
		else if (span_eq(second, SPAN("Write")))
			write += value;
	}
	*out_read = read;
	*out_write = write;
	return 0;
}

/* "12.34": what the kernel prints, without strtod() and its locale */
static bool parse_fixed(struct span s, double *out)
{
	struct span whole = s, fraction = {NULL, 0};
	uint64_t units, parts = 0;
	double scale = 1;

	if (span_split_at(s, '.', &whole, &fraction) &&
	    (fraction.len > 9 || !parse_u64(fraction, &parts)))
		return false;
	if (!parse_u64(whole, &units))
		return false;
	for (size_t i = 0; i < fraction.len; i++)
		scale *= 10;
	*out = (double)units + (double)parts / scale;
	return true;
}

static bool parse_psi_line(struct span rest, double avg[3], uint64_t *total)
{
	static const struct span keys[] = {SPAN("avg10"), SPAN("avg60"), SPAN("avg300")};
	struct span word, key, value;
	unsigned int found = 0;

	while (span_next_word(&rest, &word)) {
		if (!span_split_at(word, '=', &key, &value))
			return false;
		for (unsigned int i = 0; i < 3; i++)
			if (span_eq(key, keys[i])) {
				if (!parse_fixed(value, &avg[i]))
					return false;
				found |= 1u << i;
			}
		if (span_eq(key, SPAN("total"))) {
			if (!parse_u64(value, total))
				return false;
			found |= 8;
		}
	}
	return found == 15;
}

int parse_pressure(struct span file, struct parse_psi *out, struct err *err)
{
	double some[3] = {0, 0, 0}, full[3] = {0, 0, 0};
	struct parse_psi psi = {0};
	struct span line, kind;
	bool has_some = false;

	while (span_next_line(&file, &line)) {
		struct span rest = line;
		bool ok = true;

		if (!span_next_word(&rest, &kind))
			continue;
		if (span_eq(kind, SPAN("some"))) {
			ok = parse_psi_line(rest, some, &psi.some_total_usec);
			has_some = true;
		} else if (span_eq(kind, SPAN("full"))) {
			ok = parse_psi_line(rest, full, &psi.full_total_usec);
			psi.has_full = true;
		}
		if (!ok)
			return parse_refuse(err, "pressure", line);
	}
	if (!has_some)
		return parse_refuse(err, "pressure", file);
	psi.some_avg10 = some[0];
	psi.some_avg60 = some[1];
	psi.some_avg300 = some[2];
	psi.full_avg10 = full[0];
	psi.full_avg60 = full[1];
	psi.full_avg300 = full[2];
	*out = psi;
	return 0;
}
