// A double of NCCL: the entry points our library calls, over the driver double's device memory, between processes of one
// machine. It exists to run ranks on CUDA devices where there is no GPU; its figures say nothing of NCCL's speed. As in
// NCCL's non-blocking mode a call returns at once and its end is asked for. Sums are added from the last rank to the
// first, which is not our ring's order.
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "doubles/nccl_comm.h"
#include "doubles/nccl_fault.h"

extern "C" factory::CuResult cuMemcpyHtoDAsync_v2(factory::CuAddress target, const void *source, std::size_t bytes, factory::CuStream stream);
extern "C" factory::CuResult cuMemcpyDtoHAsync_v2(void *target, factory::CuAddress source, std::size_t bytes, factory::CuStream stream);

namespace {

using namespace factory;

constexpr NcclResult unhandled_cuda_error = 1, invalid_argument = 4, remote_error = 6;
constexpr NcclResult system_error = nccl_system_error, invalid_usage = nccl_invalid_usage;
constexpr std::uint64_t mark = 0x4c43434e'454c4255ull;

struct Id {
    std::uint64_t mark;
    char path[sizeof(NcclUniqueId) - sizeof(std::uint64_t)];
};

using Job = std::function<NcclResult()>;

// The group that this thread has open.
thread_local int group_depth = 0;
thread_local std::vector<Job> group_jobs;
thread_local NcclComm group_comm = nullptr;

CuAddress address(const void *pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

NcclResult suffer(NcclComm comm, NcclFault fault) {
    switch (fault) {
    case NcclFault::init_hangs:
    case NcclFault::hangs: return comm->hang();
    case NcclFault::async_error: return remote_error;
    case NcclFault::crash:
        std::signal(SIGSEGV, SIG_DFL);
        std::raise(SIGSEGV);
        return system_error;
    default: return nccl_success;
    }
}

NcclResult submit(NcclComm comm, std::function<NcclResult(bool wrong)> work) {
    if (comm == nullptr) {
        return invalid_argument;
    }
    const NcclFault fault = nccl_fault(comm->rank, ++comm->operations);
    if (fault == NcclFault::fails) {
        return system_error;
    }
    Job job = [comm, fault, work = std::move(work)] {
        const NcclResult struck = suffer(comm, fault);
        return struck != nccl_success ? struck : work(fault == NcclFault::wrong);
    };
    if (group_depth == 0) {
        return comm->launch(std::move(job));
    }
    group_jobs.push_back(std::move(job));
    group_comm = comm;
    return nccl_success;
}

// Piece by piece: who gives puts its own where all see it, all meet, and who takes does. `take` is told the place of a piece
// in the part and its length.
template <typename Take> NcclResult exchange(NcclComm comm, const void *input, std::size_t count, bool gives, Take take) {
    for (std::size_t at = 0; at < count; at += piece_floats) {
        const std::size_t length = count - at < piece_floats ? count - at : piece_floats;
        if (gives && cuMemcpyDtoHAsync_v2(comm->meeting->pieces[comm->rank], address(input) + at * sizeof(float), length * sizeof(float), nullptr) != cu_success) {
            return unhandled_cuda_error;
        }
        if (!comm->meet()) {
            return system_error;
        }
        if (take(at, length) != cu_success) {
            return unhandled_cuda_error;
        }
        if (!comm->meet()) { // Nobody's piece is overwritten before all have taken it.
            return system_error;
        }
    }
    return nccl_success;
}

CuResult put(void *output, std::size_t at, const float *values, std::size_t length) {
    return cuMemcpyHtoDAsync_v2(address(output) + at * sizeof(float), values, length * sizeof(float), nullptr);
}

std::vector<float> sums(const Meeting &meeting, int ranks, std::size_t length, bool wrong) {
    std::vector<float> sums(meeting.pieces[ranks - 1], meeting.pieces[ranks - 1] + length);
    for (int rank = ranks - 2; rank >= 0; rank--) {
        for (std::size_t i = 0; i < length; i++) {
            sums[i] += meeting.pieces[rank][i];
        }
    }
    if (wrong) {
        std::uint32_t bits;
        std::memcpy(&bits, sums.data(), sizeof bits);
        bits ^= 1u;
        std::memcpy(sums.data(), &bits, sizeof bits);
    }
    return sums;
}

} // namespace

#define ENTRY extern "C" __attribute__((visibility("default")))

ENTRY NcclResult ncclGetVersion(int *version) {
    const char *text = std::getenv("FACTORY_DOUBLE_NCCL_VERSION");
    *version = text == nullptr ? 22304 : std::atoi(text);
    return nccl_success;
}

ENTRY NcclResult ncclGetUniqueId(NcclUniqueId *unique_id) {
    char name[] = "/dev/shm/factory-nccl-double-XXXXXX";
    const int file = mkstemp(name);
    if (file < 0 || unlink(name) != 0 || ftruncate(file, sizeof(Meeting)) != 0) {
        return system_error;
    }
    Id id{};
    id.mark = mark;
    std::snprintf(id.path, sizeof id.path, "/proc/%d/fd/%d", getpid(), file);
    std::memcpy(unique_id, &id, sizeof id);
    const std::lock_guard hold(files_lock);
    files[id.path] = file;
    return nccl_success;
}

ENTRY NcclResult ncclCommInitRankConfig(NcclComm *comm, int ranks, NcclUniqueId unique_id, int rank, NcclConfig *config) {
    Id id;
    std::memcpy(&id, &unique_id, sizeof id);
    if (id.mark != mark || ranks < 1 || ranks > most_ranks || rank < 0 || rank >= ranks || config->magic != 0xcafebeef || config->blocking != 0) {
        return invalid_argument;
    }
    const NcclFault fault = nccl_fault(rank, 0);
    const int file = fault == NcclFault::init_fails ? -1 : open(id.path, O_RDWR | O_CLOEXEC);
    if (file < 0) {
        return system_error;
    }
    void *place = mmap(nullptr, sizeof(Meeting), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (place == MAP_FAILED) {
        return system_error;
    }
    NcclComm made = *comm = new NcclCommHandle;
    made->rank = rank;
    made->ranks = ranks;
    made->path = id.path;
    made->meeting = static_cast<Meeting *>(place);
    return made->launch([made, fault] {
        const NcclResult struck = suffer(made, fault);
        return struck != nccl_success ? struck : made->meet() ? nccl_success : system_error;
    });
}

ENTRY NcclResult ncclCommGetAsyncError(NcclComm comm, NcclResult *error) {
    *error = comm->state;
    return nccl_success;
}

ENTRY NcclResult ncclCommFinalize(NcclComm comm) {
    return comm->launch([] { return nccl_success; });
}

ENTRY NcclResult ncclCommDestroy(NcclComm comm) {
    delete comm;
    return nccl_success;
}

ENTRY NcclResult ncclCommAbort(NcclComm comm) { return ncclCommDestroy(comm); }

ENTRY NcclResult ncclGroupStart() {
    group_depth++;
    return nccl_success;
}

ENTRY NcclResult ncclGroupEnd() {
    if (group_depth == 0 || --group_depth > 0 || group_jobs.empty()) {
        return group_jobs.empty() ? nccl_success : invalid_usage;
    }
    std::vector<Job> jobs;
    jobs.swap(group_jobs);
    return group_comm->launch([jobs = std::move(jobs)] {
        for (const Job &job : jobs) {
            if (const NcclResult result = job(); result != nccl_success) {
                return result;
            }
        }
        return nccl_success;
    });
}

ENTRY NcclResult ncclAllReduce(const void *input, void *output, std::size_t count, int type, int operation, NcclComm comm, CuStream) {
    if (type != nccl_float32 || operation != nccl_sum) {
        return invalid_argument;
    }
    return submit(comm, [=](bool wrong) {
        return exchange(comm, input, count, true, [=](std::size_t at, std::size_t length) {
            return put(output, at, sums(*comm->meeting, comm->ranks, length, wrong && at == 0).data(), length);
        });
    });
}

ENTRY NcclResult ncclAllGather(const void *input, void *output, std::size_t count, int type, NcclComm comm, CuStream) {
    if (type != nccl_float32) {
        return invalid_argument;
    }
    return submit(comm, [=](bool) {
        return exchange(comm, input, count, true, [=](std::size_t at, std::size_t length) {
            CuResult result = cu_success;
            for (int rank = 0; rank < comm->ranks && result == cu_success; rank++) {
                result = put(output, static_cast<std::size_t>(rank) * count + at, comm->meeting->pieces[rank], length);
            }
            return result;
        });
    });
}

ENTRY NcclResult ncclBroadcast(const void *input, void *output, std::size_t count, int type, int root, NcclComm comm, CuStream) {
    if (type != nccl_float32 || root < 0 || comm == nullptr || root >= comm->ranks) {
        return invalid_argument;
    }
    return submit(comm, [=](bool) {
        return exchange(comm, input, count, comm->rank == root,
                        [=](std::size_t at, std::size_t length) { return put(output, at, comm->meeting->pieces[root], length); });
    });
}

ENTRY const char *ncclGetErrorString(NcclResult result) {
    switch (result) {
    case nccl_success: return "no error";
    case unhandled_cuda_error: return "unhandled cuda error";
    case system_error: return "unhandled system error";
    case invalid_argument: return "invalid argument";
    case invalid_usage: return "invalid usage";
    case remote_error: return "remote process exited or there was a network error";
    case nccl_in_progress: return "NCCL operation in progress";
    default: return "unknown result code";
    }
}

ENTRY const char *ncclGetLastError(NcclComm) { return ""; }
