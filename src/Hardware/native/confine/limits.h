// What a confined process may not have or do, set one after the other before it becomes the tenant's program.
#pragma once

#include <cstdint>
#include <sys/types.h>

namespace factory::confine {

struct Limits {
    std::uint64_t memory_bytes; // host memory, private or shared
    std::uint64_t cpu_seconds;  // of all its threads together
    std::uint64_t seconds;      // on the wall's clock
};

struct User {
    uid_t user;
    gid_t group;
};

// Each throws std::runtime_error with what could not be done: a process that is only half confined must not run.
void set_limits(const Limits &limits);
void become(const User &user);
void install_filter();

// Namespaces of the caller and its children, as far as this machine permits: the filter, the user and the limits hold
// without them too.
bool leave_network();
bool leave_ipc();
// What the process sees of others: asked for before the fork, made to look so (mounts, /proc) after it.
bool can_leave_processes();
bool leave_processes();
void hide_processes();
// Its own mounts, none of which can be written; false where that is not permitted.
bool freeze_files();

} // namespace factory::confine
