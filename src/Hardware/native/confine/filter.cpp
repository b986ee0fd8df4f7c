// The system calls that a confined process is refused: the network, other processes, and what widens its rights or
// reaches far into the kernel. All others are allowed, because what runtimes and the CUDA driver need changes.
#include "confine/limits.h"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace factory::confine {

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
#error "the system calls of this processor are not listed"
#endif

constexpr std::uint32_t x32_bit = 0x40000000; // The same calls by other numbers.

const long refused[] = {
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_unshare, SYS_setns, SYS_mount, SYS_umount2,
    SYS_pivot_root, SYS_chroot, SYS_swapon, SYS_swapoff, SYS_reboot, SYS_acct, SYS_quotactl, SYS_sethostname,
    SYS_setdomainname, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_add_key,
    SYS_request_key, SYS_keyctl, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_fanotify_init, SYS_syslog,
    SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime,
    SYS_personality, SYS_vhangup, SYS_mknodat, SYS_shmget, SYS_shmat, SYS_msgget, SYS_semget, SYS_mq_open, SYS_tkill,
    SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo,
#ifdef SYS_fork
    SYS_fork, SYS_vfork, SYS_mknod, SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_uselib, SYS_ustat,
#endif
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
#ifdef SYS_pidfd_send_signal
    SYS_pidfd_send_signal,
#endif
#ifdef SYS_pidfd_open
    SYS_pidfd_open,
#endif
#ifdef SYS_pidfd_getfd
    SYS_pidfd_getfd,
#endif
#ifdef SYS_io_uring_setup
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register, // It opens sockets past this filter.
#endif
#ifdef SYS_open_tree
    SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick,
#endif
#ifdef SYS_mount_setattr
    SYS_mount_setattr,
#endif
#ifdef SYS_process_madvise
    SYS_process_madvise,
#endif
};

class Filter {
public:
    void load(std::size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)); }

    // Its lower half, which holds all of what is looked at here.
    void load_argument(unsigned argument) { load(offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t)); }

    void end(std::uint32_t action) { add(BPF_RET | BPF_K, action); }

    void end_unless_equal(std::uint32_t value, std::uint32_t action) {
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0));
        end(action);
    }

    void end_if(unsigned short test, std::uint32_t value, std::uint32_t action) {
        program_.push_back(BPF_JUMP(BPF_JMP | test | BPF_K, value, 0, 1));
        end(action);
    }

    // The call goes on only when an argument is one of these.
    void only(long number, unsigned argument, const std::vector<std::uint32_t> &allowed, int error) {
        for_call(number, 2 + 2 * allowed.size());
        load_argument(argument);
        for (const std::uint32_t value : allowed) {
            end_if(BPF_JEQ, value, SECCOMP_RET_ALLOW);
        }
        end(refusal(error));
    }

    // The call goes on unless an argument is one of these.
    void never(long number, unsigned argument, const std::vector<std::uint32_t> &values) {
        for_call(number, 2 + 2 * values.size());
        load_argument(argument);
        for (const std::uint32_t value : values) {
            end_if(BPF_JEQ, value, refusal(EPERM));
        }
        end(SECCOMP_RET_ALLOW);
    }

    // The call goes on only when an argument has one of these bits.
    void needs_bits(long number, unsigned argument, std::uint32_t bits, int error) {
        for_call(number, 4);
        load_argument(argument);
        end_if(BPF_JSET, bits, SECCOMP_RET_ALLOW);
        end(refusal(error));
    }

    static std::uint32_t refusal(int error) { return SECCOMP_RET_ERRNO | (static_cast<std::uint32_t>(error) & SECCOMP_RET_DATA); }

    sock_fprog program() { return {static_cast<unsigned short>(program_.size()), program_.data()}; }

private:
    // What follows, `count` instructions, is for one call only, and ends it.
    void for_call(long number, std::size_t count) {
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, static_cast<unsigned char>(count)));
    }

    void add(unsigned short code, std::uint32_t value) { program_.push_back(BPF_STMT(code, value)); }

    std::vector<sock_filter> program_;
};

} // namespace

void install_filter() {
    const auto own = static_cast<std::uint32_t>(getpid()); // An exec keeps it.
    Filter filter;
    filter.load(offsetof(seccomp_data, arch));
    filter.end_unless_equal(architecture, SECCOMP_RET_KILL_PROCESS);
    filter.load(offsetof(seccomp_data, nr));
    filter.end_if(BPF_JGE, x32_bit, Filter::refusal(EPERM));
    for (const long number : refused) {
        filter.end_if(BPF_JEQ, static_cast<std::uint32_t>(number), Filter::refusal(EPERM));
    }
#ifdef SYS_clone3
    // Its flags lie in memory, where a filter cannot look; told that there is no such call, libraries use the older one.
    filter.end_if(BPF_JEQ, SYS_clone3, Filter::refusal(ENOSYS));
#endif
    filter.only(SYS_socket, 0, {AF_UNIX}, EACCES);
    filter.only(SYS_socketpair, 0, {AF_UNIX}, EACCES);
    filter.only(SYS_kill, 0, {own}, EPERM);
    filter.only(SYS_tgkill, 0, {own}, EPERM);
    filter.only(SYS_prlimit64, 0, {0, own}, EPERM);
    filter.never(SYS_prctl, 0, {PR_SET_PDEATHSIG, PR_SET_PTRACER});
    filter.never(SYS_ioctl, 1, {TIOCSTI});
    filter.needs_bits(SYS_clone, 0, CLONE_THREAD, EPERM);
    filter.end(SECCOMP_RET_ALLOW);
    const sock_fprog program = filter.program();
    // Needs PR_SET_NO_NEW_PRIVS, which become() has set.
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) {
        throw std::runtime_error(std::string("filter system calls: ") + std::strerror(errno));
    }
}

} // namespace factory::confine
