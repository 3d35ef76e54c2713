"""The text of the threads that share loops.

A job is a function, how many items it has, and how many of them make a piece. Pieces
are handed out by one word, the ticket: the number of the job in its upper half, the
pieces that nobody has begun in its lower. Who lowers the ticket by one owns a piece;
the job's number makes this fail for a thread that has slept through the job's end, so
that nobody has to be waited for but those who have begun a piece. The thread that
brings a job works too, and does all of it if the others are late.

A worker without work looks out for some microseconds, then sleeps until it is woken.
Who looks out offers its core to others now and then, such as to the one it waits for.
"""

from __future__ import annotations

PIECES = 4
"""A thread's share is cut into so many, in case another one gets on better."""

STATE_BYTES = 64
"""From one worker's state to the next: no two in one line of the cache."""

_TEXT = """\
@hubel.pool.threads = global ptr null
@hubel.pool.workers = global i64 0
@hubel.pool.spins = global i64 100
@hubel.pool.stop = global i64 0
@hubel.pool.states = global ptr null
@hubel.pool.jobs = global i64 0
@hubel.pool.begun = global i64 0
@hubel.pool.busy = global i64 0, align 64
@hubel.pool.work = internal global ptr null
@hubel.pool.count = internal global i64 0
@hubel.pool.size = internal global i64 0
@hubel.pool.pieces = internal global i64 0
@hubel.pool.ticket = global i64 0, align 64
@hubel.pool.undone = global i32 0, align 64
@hubel.pool.waits = global i32 0, align 64
declare i64 @llvm.smin.i64(i64, i64)
declare i32 @hubel.pool.give()

define i64 @hubel.pool.spin(i64 %turns) {{
start:
  br label %again
again:
  %i = phi i64 [ 0, %start ], [ %next, %again ]
  {pause}
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %turns
  br i1 %more, label %again, label %end
end:
  ret i64 %next
}}

define internal void @hubel.pool.rest(i64 %turn) {{
start:
  %few = and i64 %turn, 63
  %polite = icmp eq i64 %few, 63
  br i1 %polite, label %give, label %pause
give:
  %r = call i32 @hubel.pool.give()
  ret void
pause:
  {pause}
  ret void
}}

define internal i1 @hubel.pool.turn(ptr %scratch, i64 %helps) noinline {{
start:
  br label %look
look:
  %ticket = load atomic i64, ptr @hubel.pool.ticket acquire, align 8
  %left = and i64 %ticket, 4294967295
  %none = icmp eq i64 %left, 0
  br i1 %none, label %no, label %read
read:
  %work = load atomic ptr, ptr @hubel.pool.work monotonic, align 8
  %count = load atomic i64, ptr @hubel.pool.count monotonic, align 8
  %size = load atomic i64, ptr @hubel.pool.size monotonic, align 8
  %pieces = load atomic i64, ptr @hubel.pool.pieces monotonic, align 8
  %less = sub i64 %ticket, 1
  %pair = cmpxchg ptr @hubel.pool.ticket, i64 %ticket, i64 %less acq_rel monotonic
  %won = extractvalue {{ i64, i1 }} %pair, 1
  br i1 %won, label %do, label %look
do:
  %number = sub i64 %pieces, %left
  %begin = mul i64 %number, %size
  %next = add i64 %begin, %size
  %end = call i64 @llvm.smin.i64(i64 %next, i64 %count)
  %helped = atomicrmw add ptr @hubel.pool.begun, i64 %helps monotonic
  call void %work(i64 %begin, i64 %end, ptr %scratch)
  %before = atomicrmw sub ptr @hubel.pool.undone, i32 1 seq_cst
  %last = icmp eq i32 %before, 1
  br i1 %last, label %tell, label %yes
tell:
  %waits = load atomic i32, ptr @hubel.pool.waits seq_cst, align 4
  %asleep = icmp ne i32 %waits, 0
  br i1 %asleep, label %wake, label %yes
wake:
  call void @hubel.pool.wake(ptr @hubel.pool.undone)
  br label %yes
yes:
  ret i1 true
no:
  ret i1 false
}}

define internal void @hubel.pool.finish() noinline {{
start:
  %spins = load i64, ptr @hubel.pool.spins
  br label %look
look:
  %i = phi i64 [ 0, %start ], [ %next, %wait ]
  %undone = load atomic i32, ptr @hubel.pool.undone acquire, align 4
  %done = icmp eq i32 %undone, 0
  br i1 %done, label %end, label %wait
wait:
  call void @hubel.pool.rest(i64 %i)
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %spins
  br i1 %more, label %look, label %doze
doze:
  store atomic i32 1, ptr @hubel.pool.waits seq_cst, align 4
  %still = load atomic i32, ptr @hubel.pool.undone seq_cst, align 4
  %over = icmp eq i32 %still, 0
  br i1 %over, label %awake, label %sleep
sleep:
  call void @hubel.pool.sleep(ptr @hubel.pool.undone, i32 %still)
  br label %doze
awake:
  store atomic i32 0, ptr @hubel.pool.waits seq_cst, align 4
  br label %end
end:
  ret void
}}

define void @hubel.parallel(ptr %work, i64 %count, i64 %grain, ptr %scratch) {{
start:
  %wish = load ptr, ptr @hubel.pool.threads
  %most = load atomic i64, ptr %wish monotonic, align 8
  %workers = load atomic i64, ptr @hubel.pool.workers acquire, align 8
  %there = add i64 %workers, 1
  %threads = call i64 @llvm.smin.i64(i64 %most, i64 %there)
  %many = icmp sgt i64 %threads, 1
  %much = icmp sgt i64 %count, %grain
  %both = and i1 %many, %much
  br i1 %both, label %try, label %alone
try:
  %pair = cmpxchg ptr @hubel.pool.busy, i64 0, i64 1 acquire monotonic
  %mine = extractvalue {{ i64, i1 }} %pair, 1
  br i1 %mine, label %share, label %alone
alone:
  call void %work(i64 0, i64 %count, ptr %scratch)
  ret void
share:
  %parts = mul i64 %threads, {pieces}
  %round = mul i64 %grain, %parts
  %round.less = sub i64 %round, 1
  %up = add i64 %count, %round.less
  %rounds = udiv i64 %up, %round
  %size = mul i64 %rounds, %grain
  %size.less = sub i64 %size, 1
  %above = add i64 %count, %size.less
  %pieces = udiv i64 %above, %size
  store atomic ptr %work, ptr @hubel.pool.work monotonic, align 8
  store atomic i64 %count, ptr @hubel.pool.count monotonic, align 8
  store atomic i64 %size, ptr @hubel.pool.size monotonic, align 8
  store atomic i64 %pieces, ptr @hubel.pool.pieces monotonic, align 8
  %undone = trunc i64 %pieces to i32
  store atomic i32 %undone, ptr @hubel.pool.undone monotonic, align 4
  %old = load atomic i64, ptr @hubel.pool.ticket monotonic, align 8
  %job = lshr i64 %old, 32
  %job.next = add i64 %job, 1
  %upper = shl i64 %job.next, 32
  %ticket = or i64 %upper, %pieces
  store atomic i64 %ticket, ptr @hubel.pool.ticket seq_cst, align 8
  %jobs = atomicrmw add ptr @hubel.pool.jobs, i64 1 monotonic
  %states = load ptr, ptr @hubel.pool.states
  %last = call i64 @llvm.smin.i64(i64 %threads, i64 %pieces)
  br label %call
call:
  %w = phi i64 [ 1, %share ], [ %w.next, %called ]
  %w.more = icmp slt i64 %w, %last
  br i1 %w.more, label %poke, label %work.on
poke:
  %at = mul i64 %w, {state}
  %state = getelementptr i8, ptr %states, i64 %at
  %was = atomicrmw xchg ptr %state, i32 0 seq_cst
  %sleeps = icmp ne i32 %was, 0
  br i1 %sleeps, label %wake, label %called
wake:
  call void @hubel.pool.wake(ptr %state)
  br label %called
called:
  %w.next = add i64 %w, 1
  br label %call
work.on:
  %did = call i1 @hubel.pool.turn(ptr %scratch, i64 0)
  br i1 %did, label %work.on, label %end
end:
  call void @hubel.pool.finish()
  store atomic i64 0, ptr @hubel.pool.busy release, align 8
  ret void
}}

define i64 @hubel.pool.rouse(i64 %count) {{
start:
  %states = load ptr, ptr @hubel.pool.states
  br label %call
call:
  %i = phi i64 [ 0, %start ], [ %next, %call ]
  %at = mul i64 %i, {state}
  %state = getelementptr i8, ptr %states, i64 %at
  store atomic i32 0, ptr %state seq_cst, align 4
  call void @hubel.pool.wake(ptr %state)
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %count
  br i1 %more, label %call, label %end
end:
  ret i64 0
}}

define i64 @hubel.pool.worker(i64 %number, ptr %scratch) {{
start:
  %wish = load ptr, ptr @hubel.pool.threads
  %states = load ptr, ptr @hubel.pool.states
  %spins = load i64, ptr @hubel.pool.spins
  %at = mul i64 %number, {state}
  %state = getelementptr i8, ptr %states, i64 %at
  br label %look
look:
  %idle = phi i64 [ 0, %start ], [ 0, %turn ], [ %more, %rest ], [ 0, %awake ]
  %stop = load atomic i64, ptr @hubel.pool.stop acquire, align 8
  %stopped = icmp ne i64 %stop, 0
  br i1 %stopped, label %end, label %ask
ask:
  %most = load atomic i64, ptr %wish monotonic, align 8
  %wanted = icmp slt i64 %number, %most
  br i1 %wanted, label %turn, label %doze
turn:
  %did = call i1 @hubel.pool.turn(ptr %scratch, i64 1)
  br i1 %did, label %look, label %rest
rest:
  call void @hubel.pool.rest(i64 %idle)
  %more = add i64 %idle, 1
  %patient = icmp slt i64 %more, %spins
  br i1 %patient, label %look, label %doze
doze:
  store atomic i32 1, ptr %state seq_cst, align 4
  br label %listen
listen:
  %still = load atomic i32, ptr %state seq_cst, align 4
  %called = icmp eq i32 %still, 0
  br i1 %called, label %awake, label %check
check:
  %halt = load atomic i64, ptr @hubel.pool.stop seq_cst, align 8
  %halted = icmp ne i64 %halt, 0
  br i1 %halted, label %end, label %missed
missed:
  %ticket = load atomic i64, ptr @hubel.pool.ticket seq_cst, align 8
  %left = and i64 %ticket, 4294967295
  %some = icmp ne i64 %left, 0
  %mine = and i1 %some, %wanted
  br i1 %mine, label %awake, label %sleep
sleep:
  call void @hubel.pool.sleep(ptr %state, i32 1)
  br label %listen
awake:
  store atomic i32 0, ptr %state seq_cst, align 4
  br label %look
end:
  ret i64 0
}}
"""

_FUTEX = """\
declare i64 @hubel.pool.syscall(i64, ...)

define internal void @hubel.pool.sleep(ptr %word, i32 %value) noinline {{
  %r = call i64 (i64, ...) @hubel.pool.syscall(i64 {futex}, ptr %word, i64 128,
    i32 %value, ptr null)
  ret void
}}

define internal void @hubel.pool.wake(ptr %word) noinline {{
  %r = call i64 (i64, ...) @hubel.pool.syscall(i64 {futex}, ptr %word, i64 129, i64 64)
  ret void
}}
"""
"""Linux: FUTEX_WAIT and FUTEX_WAKE of this process alone."""

_NAP = """\
define internal void @hubel.pool.sleep(ptr %word, i32 %value) noinline {{
  {nap}
  ret void
}}

define internal void @hubel.pool.wake(ptr %word) noinline {{
  ret void
}}
"""
"""Elsewhere: a sleeper looks by itself from time to time."""

_NANOSLEEP = """\
@hubel.pool.while = internal constant [2 x i64] [i64 0, i64 500000]
declare i32 @hubel.pool.nanosleep(ptr, ptr)
"""

FUTEX = {"x86_64": 202, "aarch64": 98, "riscv64": 98, "ppc64le": 221, "s390x": 238}
"""The number of the system call on machines with Linux."""

_PAUSE = {
    "x86_64": "call void @llvm.x86.sse2.pause()",
    "aarch64": "call void @llvm.aarch64.hint(i32 1)",
}
_DECLARED = {
    "x86_64": "declare void @llvm.x86.sse2.pause()\n",
    "aarch64": "declare void @llvm.aarch64.hint(i32)\n",
}


def pool_text(architecture: str, sleep: str) -> str:
    """Write the module.

    Parameters
    ----------
    architecture : str
        ``x86_64``, ``aarch64`` or another.
    sleep : str
        What there is to sleep with: ``futex``, ``nanosleep`` or ``windows``.

    Returns
    -------
    str
        A module that declares ``@hubel.pool.give``, which lets another thread have the
        core, and ``@hubel.pool.syscall``, ``@hubel.pool.nanosleep`` or
        ``@hubel.pool.sleeping`` as the case may be; it defines ``@hubel.parallel``.
    """
    pause = _PAUSE.get(architecture, "fence seq_cst")
    text = _DECLARED.get(architecture, "")
    text += _TEXT.format(pause=pause, pieces=PIECES, state=STATE_BYTES)
    if sleep == "futex":
        return text + _FUTEX.format(futex=FUTEX[architecture])
    if sleep == "windows":
        nap = "call void @hubel.pool.sleeping(i32 1)"
        return text + "declare void @hubel.pool.sleeping(i32)\n" + _NAP.format(nap=nap)
    nap = "%r = call i32 @hubel.pool.nanosleep(ptr @hubel.pool.while, ptr null)"
    return text + _NANOSLEEP + _NAP.format(nap=nap)
