#pragma once

#include <sys/types.h>

#include "confine/limits.h"

namespace factory::confine {

// What the launcher ends with of its own; otherwise with the program's status, or 128 and the signal that ended it.
enum { exit_setup = 120, exit_memory = 121, exit_time = 122, exit_cpu = 123 };

// Signals that would otherwise be lost between a fork and the watch.
void hold_signals();
void release_signals();

// Waits for the child's end, and brings it about when it passes a limit.
int watch_limits(pid_t child, const Limits &limits);
// Waits for the child's end, and brings it about when `parent` is not the parent any more.
int watch_parent(pid_t child, pid_t parent);

} // namespace factory::confine
