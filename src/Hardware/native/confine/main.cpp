// Runs a program as a tenant's: another user, without network or other processes, within limits of memory and time.
// It stays, and ends the program when its own parent ends; a process between them watches its limits.
//
//   factory_confine --user UID --group GID --memory BYTES --cpu-seconds N --seconds N --socket PATH --shared PATH -- PROGRAM ...
//   factory_confine --user UID --group GID --check [--needed PATH]... [--secret PATH]...
//
// The program finds the connected socket as descriptor 3 and the shared memory as descriptor 4.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "confine/limits.h"
#include "confine/watch.h"

namespace {

using namespace factory::confine;

constexpr int first_passed = 3, clear_of_passed = 16;

struct Options {
    User user{0, 0};
    Limits limits{0, 0, 0};
    std::string socket, shared;
    bool check = false;
    std::vector<std::string> needed, secret;
    char **program = nullptr;
};

[[noreturn]] void fail(const std::string &what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

std::uint64_t number(const char *option, const char *text) {
    char *end = nullptr;
    errno = 0;
    const unsigned long long value = std::strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-') {
        throw std::runtime_error(std::string(option) + " " + text + ": a whole number is needed");
    }
    return value;
}

Options options_of(int count, char **words) {
    Options options;
    for (int i = 1; i < count; i++) {
        const std::string word = words[i];
        if (word == "--check") {
            options.check = true;
            continue;
        }
        if (word == "--" && i + 1 < count) {
            options.program = words + i + 1;
            break;
        }
        if (i + 1 == count) {
            throw std::runtime_error(word + " needs a value");
        }
        const char *value = words[++i];
        if (word == "--user") {
            options.user.user = static_cast<uid_t>(number("--user", value));
        } else if (word == "--group") {
            options.user.group = static_cast<gid_t>(number("--group", value));
        } else if (word == "--memory") {
            options.limits.memory_bytes = number("--memory", value);
        } else if (word == "--cpu-seconds") {
            options.limits.cpu_seconds = number("--cpu-seconds", value);
        } else if (word == "--seconds") {
            options.limits.seconds = number("--seconds", value);
        } else if (word == "--socket") {
            options.socket = value;
        } else if (word == "--shared") {
            options.shared = value;
        } else if (word == "--needed") {
            options.needed.emplace_back(value);
        } else if (word == "--secret") {
            options.secret.emplace_back(value);
        } else {
            throw std::runtime_error(word + " is no option");
        }
    }
    if (!options.check && (options.program == nullptr || options.limits.memory_bytes == 0 || options.limits.cpu_seconds == 0 || options.limits.seconds == 0)) {
        throw std::runtime_error("a program and its limits are needed");
    }
    return options;
}

// Opened here, with the agent's rights, so that nothing the tenant's user can reach by name leads to the agent.
int connected(const std::string &path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        throw std::runtime_error(path + " is too long for a socket");
    }
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const int found = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (found < 0 || connect(found, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        fail("connect to " + path);
    }
    return found;
}

int opened(const std::string &path, int flags) {
    const int found = open(path.c_str(), flags | O_CLOEXEC);
    if (found < 0) {
        fail("open " + path);
    }
    return found;
}

void pass(std::vector<int> descriptors) {
    for (int &descriptor : descriptors) {
        if ((descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, clear_of_passed)) < 0) {
            fail("keep a descriptor");
        }
    }
    const int nothing = opened("/dev/null", O_RDWR);
    int next = first_passed;
    bool done = dup2(nothing, STDIN_FILENO) >= 0 && dup2(nothing, STDOUT_FILENO) >= 0;
    for (const int descriptor : descriptors) {
        done = done && dup2(descriptor, next++) >= 0;
    }
    if (!done) {
        fail("pass descriptors");
    }
#ifdef SYS_close_range
    if (syscall(SYS_close_range, next, ~0u, 0) == 0) {
        return;
    }
#endif
    // Not by the limit on open files, which is lower by now than it was when they were opened.
    constexpr int most = 1 << 20;
    for (int descriptor = next; descriptor < most; descriptor++) {
        close(descriptor);
    }
}

// Whoever is killed for want of memory, it is the tenant first.
void prefer_for_want_of_memory() {
    if (FILE *file = std::fopen("/proc/self/oom_score_adj", "w")) {
        std::fputs("1000", file);
        std::fclose(file);
    }
}

// Ends with its parent. If that was too late, nobody comes to say that it may go on.
void follow_parent(int go) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    char word;
    if (read(go, &word, 1) != 1) {
        _exit(exit_setup);
    }
}

[[noreturn]] void run(const Options &options, int go, const std::vector<int> &descriptors) {
    try {
        release_signals();
        set_limits(options.limits);
        become(options.user); // Which forgets whom it ends with, and says it anew.
        follow_parent(go);
        pass(descriptors);
        install_filter();
        execv(options.program[0], options.program);
        fail(std::string("start ") + options.program[0]);
    } catch (const std::exception &fault) {
        std::fprintf(stderr, "the tenant's process could not be confined: %s\n", fault.what());
        _exit(exit_setup);
    }
}

// A child that waits for the word before it goes on, and what it then does.
template <typename Action> pid_t start(Action action) {
    int go[2];
    if (pipe2(go, O_CLOEXEC) != 0) {
        fail("make a pipe");
    }
    const pid_t child = fork();
    if (child < 0) {
        fail("start a process");
    }
    if (child == 0) {
        close(go[1]);
        action(go[0]);
    }
    close(go[0]);
    if (write(go[1], "", 1) != 1) {
        fail("start a process");
    }
    close(go[1]);
    return child;
}

// Between launcher and program: the first process of a namespace is spared signals, even its own, so the program is not it.
[[noreturn]] void stand_between(const Options &options, bool has_processes, int go, const std::vector<int> &descriptors) {
    try {
        follow_parent(go);
        setsid();
        prefer_for_want_of_memory();
        freeze_files();
        if (has_processes) {
            hide_processes();
        }
        const pid_t program = start([&](int word) { run(options, word, descriptors); });
        for (const int descriptor : descriptors) {
            close(descriptor);
        }
        _exit(watch_limits(program, options.limits));
    } catch (const std::exception &fault) {
        std::fprintf(stderr, "the tenant's process could not be confined: %s\n", fault.what());
        _exit(exit_setup);
    }
}

int confine(const Options &options) {
    const int parent = getppid();
    const std::vector<int> descriptors{connected(options.socket), opened(options.shared, O_RDWR)};
    const bool has_processes = can_leave_processes() && leave_processes();
    leave_network();
    leave_ipc();
    hold_signals();
    const pid_t child = start([&](int word) { stand_between(options, has_processes, word, descriptors); });
    for (const int descriptor : descriptors) {
        close(descriptor);
    }
    return watch_parent(child, parent);
}

// As the tenant's user: what it needs must open, and what is the agent's must not.
int check(const Options &options) {
    const bool processes = can_leave_processes();
    const bool network = leave_network(), ipc = leave_ipc();
    become(options.user);
    int flaws = 0;
    for (const std::string &path : options.needed) {
        if (access(path.c_str(), R_OK) != 0) {
            std::fprintf(stderr, "it cannot read %s, which its work needs\n", path.c_str());
            flaws++;
        }
    }
    for (const std::string &path : options.secret) {
        if (access(path.c_str(), R_OK) == 0) {
            std::fprintf(stderr, "it can read %s, which is the agent's own\n", path.c_str());
            flaws++;
        }
    }
    std::printf("%s%s%s\n", network ? "network " : "", processes ? "processes " : "", ipc ? "ipc" : "");
    return flaws == 0 ? 0 : 1;
}

} // namespace

int main(int count, char **words) {
    try {
        const Options options = options_of(count, words);
        return options.check ? check(options) : confine(options);
    } catch (const std::exception &fault) {
        std::fprintf(stderr, "the tenant's process could not be confined: %s\n", fault.what());
        return exit_setup;
    }
}
