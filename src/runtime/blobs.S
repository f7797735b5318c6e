/* SPDX-License-Identifier: MIT */
/* What the build made for the inside: the static helper, and the default list of system calls as BPF. */
	.section .rodata
	.global helper_blob
	.global helper_blob_end
	.balign 16
helper_blob:
	.incbin BOXTOP_HELPER
helper_blob_end:
	.global seccomp_blob
	.global seccomp_blob_end
	.balign 16
seccomp_blob:
	.incbin BOXTOP_SECCOMP
seccomp_blob_end:
	.section .note.GNU-stack,"",%progbits
