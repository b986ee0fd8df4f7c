#include "confine/watch.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace factory::confine {

namespace {

constexpr long look_nanoseconds = 100'000'000;

sigset_t held() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

std::uint64_t now_seconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec);
}

// What it holds in memory and in swap: also what it shares, which its own limit on data does not count.
std::uint64_t held_bytes(pid_t process) {
    const std::string path = "/proc/" + std::to_string(process) + "/status";
    std::uint64_t kilobytes = 0;
    if (FILE *file = std::fopen(path.c_str(), "r")) {
        char line[256];
        while (std::fgets(line, sizeof line, file) != nullptr) {
            unsigned long long found = 0;
            if (std::sscanf(line, "RssAnon: %llu", &found) == 1 || std::sscanf(line, "RssShmem: %llu", &found) == 1 ||
                std::sscanf(line, "VmSwap: %llu", &found) == 1) {
                kilobytes += found;
            }
        }
        std::fclose(file);
    }
    return kilobytes * 1024;
}

int status_of(int status, const rusage &used, const Limits &limits) {
    if (!WIFSIGNALED(status)) {
        return WEXITSTATUS(status);
    }
    const auto seconds = static_cast<std::uint64_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec);
    const bool is_cpu = WTERMSIG(status) == SIGXCPU || (WTERMSIG(status) == SIGKILL && seconds >= limits.cpu_seconds);
    return is_cpu ? exit_cpu : 128 + WTERMSIG(status);
}

// Asked for ten times a second, and told at once of an end.
bool is_told_to_end() {
    const sigset_t set = held();
    const timespec pause{0, look_nanoseconds};
    const int signal = sigtimedwait(&set, nullptr, &pause);
    return signal == SIGTERM || signal == SIGINT;
}

int end(pid_t child, int code) {
    kill(child, SIGKILL);
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    return code;
}

} // namespace

void hold_signals() {
    const sigset_t set = held();
    sigprocmask(SIG_BLOCK, &set, nullptr);
}

void release_signals() {
    const sigset_t set = held();
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

int watch_limits(pid_t child, const Limits &limits) {
    const std::uint64_t begun = now_seconds();
    for (;;) {
        int status = 0;
        rusage used{};
        if (wait4(child, &status, WNOHANG, &used) == child) {
            return status_of(status, used, limits);
        }
        if (is_told_to_end()) {
            return end(child, 128 + SIGKILL);
        }
        if (held_bytes(child) > limits.memory_bytes) {
            return end(child, exit_memory);
        }
        if (now_seconds() - begun > limits.seconds) {
            return end(child, exit_time);
        }
    }
}

int watch_parent(pid_t child, pid_t parent) {
    for (;;) {
        int status = 0;
        if (waitpid(child, &status, WNOHANG) == child) {
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        }
        if (is_told_to_end() || getppid() != parent) {
            return end(child, 128 + SIGKILL);
        }
    }
}

} // namespace factory::confine
