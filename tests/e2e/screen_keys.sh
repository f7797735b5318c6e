# shellcheck shell=sh disable=SC2154
# Every key of the key table, pressed in a terminal. Comes after screen.sh.

# --- Every key: what the screen must say after it. The names are those of tmux; the last column is the
# name in the help box, which is held against this list.
keys() {
	cat <<'KEYS'
1|1 Containers|1
2|CGROUP|2
3|COMMAND|3
4|OWNER|4
5|EVENT|5
Tab|NAME|Tab
BTab|EVENT|Shift-Tab
3|COMMAND|3
F1|Moving|F1
Escape|F10Quit|Esc
h|Moving|h
Escape|F10Quit|Esc
?|Moving|?
Escape|F10Quit|Esc
Down|F10Quit|Down
Up|F10Quit|Up
Right|F10Quit|Right
Left|F10Quit|Left
NPage|F10Quit|PgDn
PPage|F10Quit|PgUp
End|F10Quit|End
Home|F10Quit|Home
M-j|F10Quit|Alt-j
M-k|F10Quit|Alt-k
M-l|F10Quit|Alt-l
M-h|F10Quit|Alt-h
C-n|F10Quit|Ctrl-N
C-p|F10Quit|Ctrl-P
C-f|F10Quit|Ctrl-F
C-b|F10Quit|Ctrl-B
C-a|F10Quit|Ctrl-A
C-d|F10Quit|Ctrl-D
C-u|F10Quit|Ctrl-U
^|F10Quit|^
F3|Search:|F3
Escape|F10Quit|Esc
/|Search:|/
Escape|F10Quit|Esc
S-F3|Search:|Shift-F3
Escape|F10Quit|Esc
M-n|Search:|Alt-n
o|Search: o|the text
Enter|F10Quit|Enter
M-n|Search: o|Alt-n
M-N|Search: o|Alt-N
F4|Filter:|F4
Escape|F10Quit|Esc
\|Filter:|\
Escape|F10Quit|Esc
F5|F5List|F5
t|F5Tree|t
F6|Sort by|F6
Escape|F10Quit|Esc
>|Sort by|>
Escape|F10Quit|Esc
<|Sort by|<
Escape|F10Quit|Esc
.|Sort by|.
Escape|F10Quit|Esc
,|Sort by|,
Escape|F10Quit|Esc
P|CPU%▽|P
M|MEM%▽|M
T|TIME\+▽|T
N|PID.?△|N
I|PID.?▽|I
P|CPU%▽|P
F|follow|F
Escape|F10Quit|Esc
t|F5List|t
+|F10Quit|+
-|F10Quit|-
=|F10Quit|=
*|F10Quit|*
BSpace|F10Quit|Backspace
*|F10Quit|*
t|F5Tree|t
Space|1 tagged|Space
c|tagged|c
U|F10Quit|U
w|USER|w
w|F10Quit|w
y|Copy|y
Escape|F10Quit|Esc
:|Do:|:
Escape|F10Quit|Esc
F2|Colours|F2
Escape|F10Quit|Esc
S|Colours|S
Escape|F10Quit|Esc
u|All users|u
Escape|F10Quit|Esc
K|F10Quit|K
H|Threads are not listed|H
Z|PAUSED|Z
Z|F10Quit|Z
d|Seconds between updates|d
Escape|F10Quit|Esc
#|F10Quit|#
#|Mem\[|#
C-l|F10Quit|Ctrl-L
1|NAME|1
A|F10Quit|A
A|F10Quit|A
!|1 Containers|!
Enter|Overview|Enter
Escape|F10Quit|Esc
z|Processes of|z
Escape|F10Quit|Esc
3|COMMAND|3
F4|Filter:|F4
no-such-process-anywhere|Filter:|the text
Enter|0 match|Enter
X|There is nothing to do|X
L|There is nothing to do|L
F9|There is nothing to do|F9
k|There is nothing to do|k
f|There is nothing to do|f
F7|There is nothing to do|F7
]|There is nothing to do|]
F8|There is nothing to do|F8
[|There is nothing to do|[
x|There is nothing to do|x
o|There is nothing to do|o
DC|There is nothing to do|Delete
R|There is nothing to do|R
n|New sandbox|n
Escape|0 match|Esc
F4|Filter:|F4
Escape|F10Quit|Esc
1|NAME|1
KEYS
}

press_every_key() {
	keys >"$work/keys"
	while IFS='|' read -r key text name <&3; do
		case $key in
		\\ | \# | \; | '^' | '?' | '*' | '+' | '-' | '=' | '<' | '>' | '.' | ',' | '!' | '[' | ']' | / | no-such-*) press -l "$key" ;;
		*) press "$key" ;;
		esac
		# A key that follows Esc at once is taken for one with Alt, and what Esc should have closed is open:
		# the keys after it would fill in the launch dialog, and start sandboxes.
		[ "$key" != Escape ] || if [ "${1:-}" = quietly ]; then sleep 0.1; else sleep 0.3; fi
		[ "${1:-}" = quietly ] || expect "$text" "key $name"
		must_live "key $name"
		[ "$screen_failed" -eq 0 ] || return
	done 3<"$work/keys"
}
