#include "confine/limits.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace factory::confine {

namespace {

void require(bool done, const char *what) {
    if (!done) {
        throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
    }
}

void limit(int resource, rlim_t soft, rlim_t hard, const char *what) {
    rlimit old{};
    require(getrlimit(static_cast<__rlimit_resource>(resource), &old) == 0, what);
    // Only root of the whole machine may raise a limit, and nobody needs to.
    const rlimit fresh{soft < old.rlim_max ? soft : old.rlim_max, hard < old.rlim_max ? hard : old.rlim_max};
    require(setrlimit(static_cast<__rlimit_resource>(resource), &fresh) == 0, what);
}

} // namespace

void set_limits(const Limits &limits) {
    constexpr rlim_t files = 1024, threads = 1024, grace_seconds = 2;
    // Not the address space: runtimes and the CUDA driver reserve hundreds of gigabytes of it that they never touch.
    limit(RLIMIT_DATA, limits.memory_bytes, limits.memory_bytes, "limit the memory");
    limit(RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + grace_seconds, "limit the processor time");
    limit(RLIMIT_CORE, 0, 0, "limit core files");
    limit(RLIMIT_FSIZE, 0, 0, "limit the size of files");
    limit(RLIMIT_NOFILE, files, files, "limit open files");
    limit(RLIMIT_NPROC, threads, threads, "limit threads");
    limit(RLIMIT_MSGQUEUE, 0, 0, "limit message queues");
    // A write beyond the limit fails, which a runtime bears; the signal would end it.
    std::signal(SIGXFSZ, SIG_IGN);
}

void become(const User &user) {
    require(user.user != 0 && user.group != 0, "become root, which confines nobody");
    require(setgroups(0, nullptr) == 0, "drop the groups");
    require(setresgid(user.group, user.group, user.group) == 0, "change the group");
    require(setresuid(user.user, user.user, user.user) == 0, "change the user");
    require(setuid(0) != 0 && setgid(0) != 0, "keep root from coming back");
    require(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "refuse new privileges");
    // Changing the user forgets this, so it comes after.
    require(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0, "end with whoever watches");
}

bool leave_network() { return unshare(CLONE_NEWNET) == 0; }

bool leave_ipc() { return unshare(CLONE_NEWIPC) == 0; }

// Tried by a child: whoever has asked for it can only have children inside, whether /proc then mounts or not.
bool can_leave_processes() {
    const pid_t trial = fork();
    if (trial == 0) {
        if (unshare(CLONE_NEWPID) != 0) {
            _exit(1);
        }
        const pid_t inner = fork();
        if (inner == 0) {
            try {
                hide_processes();
                _exit(0);
            } catch (...) {
                _exit(1);
            }
        }
        int status = 1;
        _exit(inner > 0 && waitpid(inner, &status, 0) == inner && status == 0 ? 0 : 1);
    }
    int status = 1;
    return trial > 0 && waitpid(trial, &status, 0) == trial && status == 0;
}

bool leave_processes() { return unshare(CLONE_NEWPID) == 0; }

void hide_processes() {
    require(unshare(CLONE_NEWNS) == 0, "leave the mounts");
    require(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "make the mounts private");
    require(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0, "mount /proc");
}

bool freeze_files() {
#ifdef SYS_mount_setattr
    struct {
        std::uint64_t set, clear, propagation, user_namespace;
    } attributes{1 /* MOUNT_ATTR_RDONLY */ | 2 /* MOUNT_ATTR_NOSUID */, 0, 0, 0};
    constexpr int at_recursive = 0x8000;
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           syscall(SYS_mount_setattr, -1, "/", at_recursive, &attributes, sizeof attributes) == 0;
#else
    return false;
#endif
}

} // namespace factory::confine
