#include "nccl/nccl_communicator.h"

#include <algorithm>
#include <cstring>
#include <thread>
#include <utility>

namespace factory {

namespace {

constexpr std::chrono::milliseconds parting{2000}; // How long a sound communicator may take to say good-bye.

// Operations between two looks at how far the device is: many small ones, lest looking slows them down, one large one.
constexpr std::uint64_t bytes_a_batch = 64u << 20;
constexpr std::uint64_t most_a_batch = 64;

void *pointer(std::uint64_t address) { return reinterpret_cast<void *>(static_cast<std::uintptr_t>(address)); }

const char *name_of(std::uint32_t operation) {
    return operation == FACTORY_ALL_REDUCE ? "ncclAllReduce" : operation == FACTORY_ALL_GATHER ? "ncclAllGather" : "ncclBroadcast";
}

} // namespace

NcclCommunicator::NcclCommunicator(const CudaDriver &driver, CuContext context, CuStream stream, const factory_communicator_options &options)
    : library_(NcclLibrary::load(options.nccl_library)), driver_(driver), context_(context), stream_(stream), rank_(options.rank),
      ranks_(options.ranks), limit_(options.timeout_milliseconds) {
    driver_.check(driver_.context_set(context_), "cuCtxSetCurrent");
    try {
        for (CuEvent *event : {&begin_, &marks_[0], &marks_[1]}) {
            driver_.check(driver_.event_create(event, 0), "cuEventCreate");
        }
        NcclUniqueId id;
        static_assert(sizeof id == sizeof options.unique_id);
        std::memcpy(id.bytes, options.unique_id, sizeof id);
        NcclConfig config;
        library_.check(library_.comm_init(&comm_, static_cast<int>(ranks_), id, static_cast<int>(rank_), &config),
                       "ncclCommInitRankConfig");
    } catch (...) {
        break_off();
        release_events();
        throw;
    }
}

NcclCommunicator::~NcclCommunicator() {
    driver_.context_set(context_);
    if (comm_ != nullptr && is_ready_ && !aborted_ && library_.comm_finalize(comm_) <= nccl_in_progress) {
        const auto until = std::chrono::steady_clock::now() + std::min(limit_, parting);
        NcclResult state = nccl_in_progress;
        while (library_.comm_async_error(comm_, &state) == nccl_success && state == nccl_in_progress &&
               std::chrono::steady_clock::now() < until) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        if (state == nccl_success && library_.comm_destroy(comm_) == nccl_success) {
            comm_ = nullptr;
        }
    }
    break_off();
    release_events();
}

double NcclCommunicator::run(const Collective &work) {
    if (running_.exchange(true)) {
        throw Failure{FACTORY_BAD_PARAMETER, "a collective of this communicator runs already"};
    }
    struct Turn {
        std::atomic<bool> &running;
        ~Turn() { running = false; }
    } const turn{running_};
    if (aborted_) {
        throw Failure{FACTORY_STOPPED, "the communicator was given up"};
    }
    if (comm_ == nullptr) {
        throw Failure{FACTORY_NCCL_FAILED, "the communicator broke before; all ranks need a new one"};
    }
    driver_.check(driver_.context_set(context_), "cuCtxSetCurrent");
    try {
        settle("ncclCommInitRankConfig");
        is_ready_ = true;
        return repeat(work);
    } catch (const Failure &failure) {
        break_off(); // Before the buffers go: what is left of it on the stream ends.
        if (failure.status == FACTORY_NCCL_FAILED) {
            require_sound_context();
        }
        throw;
    } catch (...) {
        break_off();
        throw;
    }
}

// NCCL says of any fault of the device only that there was one. The driver says which, and whether it stays.
void NcclCommunicator::require_sound_context() {
    const CuResult result = driver_.event_query(begin_);
    if (result != cu_not_ready) {
        driver_.check(result, "cuEventQuery");
    }
}

// The stream always holds the next batch while the one before it is waited for.
double NcclCommunicator::repeat(const Collective &work) {
    const std::uint64_t bytes = work.floats * sizeof(float);
    const auto batch = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(bytes_a_batch / bytes, 1, most_a_batch));
    driver_.check(driver_.event_record(begin_, stream_), "cuEventRecord");
    unsigned turn = 0;
    for (std::uint32_t done = 0; done < work.repetitions; turn ^= 1) {
        const std::uint32_t until = done + std::min(batch, work.repetitions - done);
        const bool is_first = done == 0;
        for (; done < until; done++) {
            enqueue(work);
        }
        driver_.check(driver_.event_record(marks_[turn], stream_), "cuEventRecord");
        if (!is_first) {
            wait_for(marks_[turn ^ 1], name_of(work.operation));
        }
    }
    wait_for(marks_[turn ^ 1], name_of(work.operation));
    float milliseconds = 0;
    driver_.check(driver_.event_elapsed(&milliseconds, begin_, marks_[turn ^ 1]), "cuEventElapsedTime");
    return milliseconds / 1000.0;
}

void NcclCommunicator::enqueue(const Collective &work) {
    const void *const input = pointer(work.input);
    void *const output = pointer(work.output);
    const char *const call = name_of(work.operation);
    switch (work.operation) {
    case FACTORY_ALL_REDUCE:
        library_.check(library_.all_reduce(input, output, work.floats, nccl_float32, nccl_sum, comm_, stream_), call, comm_);
        break;
    case FACTORY_BROADCAST:
        library_.check(library_.broadcast(input, output, work.floats, nccl_float32, 0, comm_, stream_), call, comm_);
        break;
    default:
        gather(work);
    }
    settle(call);
}

// NCCL gathers equal parts. Others are broadcast, each by its rank, as one group.
void NcclCommunicator::gather(const Collective &work) {
    const char *const call = name_of(work.operation);
    if (work.floats % ranks_ == 0) {
        library_.check(library_.all_gather(pointer(work.input), pointer(work.output), work.floats / ranks_, nccl_float32, comm_, stream_),
                       call, comm_);
        return;
    }
    library_.check(library_.group_start(), "ncclGroupStart");
    NcclResult result = nccl_success;
    for (std::uint64_t rank = 0; rank < ranks_ && (result == nccl_success || result == nccl_in_progress); rank++) {
        const std::uint64_t first = work.floats * rank / ranks_, after = work.floats * (rank + 1) / ranks_;
        void *const place = pointer(work.output + first * sizeof(float));
        const void *const from = rank == rank_ ? pointer(work.input) : place;
        if (after > first) {
            result = library_.broadcast(from, place, after - first, nccl_float32, static_cast<int>(rank), comm_, stream_);
        }
    }
    const NcclResult ended = library_.group_end(); // Also after a failure: a group left open would take in what follows.
    library_.check(result, call, comm_);
    library_.check(ended, "ncclGroupEnd", comm_);
}

template <typename Ready> void NcclCommunicator::await(const char *what, Ready ready) {
    const auto until = std::chrono::steady_clock::now() + limit_;
    for (unsigned asked = 0;; asked++) {
        NcclResult state = nccl_success;
        library_.check(library_.comm_async_error(comm_, &state), "ncclCommGetAsyncError", comm_);
        library_.check(state, what, comm_);
        if (ready(state)) {
            return;
        }
        if (aborted_) {
            throw Failure{FACTORY_STOPPED, std::string(what) + " was given up"};
        }
        if (std::chrono::steady_clock::now() > until) {
            throw Failure{FACTORY_TIMED_OUT, std::string(what) + " did not end within " + std::to_string(limit_.count()) + " ms"};
        }
        if (asked > 200) {
            std::this_thread::sleep_for(std::chrono::microseconds(50));
        }
    }
}

void NcclCommunicator::settle(const char *what) {
    await(what, [](NcclResult state) { return state == nccl_success; });
}

void NcclCommunicator::wait_for(CuEvent event, const char *what) {
    await(what, [this, event](NcclResult) {
        const CuResult result = driver_.event_query(event);
        if (result != cu_not_ready) {
            driver_.check(result, "cuEventQuery");
        }
        return result == cu_success;
    });
}

void NcclCommunicator::break_off() noexcept {
    if (comm_ != nullptr) {
        library_.comm_abort(std::exchange(comm_, nullptr));
    }
}

void NcclCommunicator::release_events() noexcept {
    for (const CuEvent event : {begin_, marks_[0], marks_[1]}) {
        if (event != nullptr) {
            driver_.event_destroy(event);
        }
    }
}

} // namespace factory
