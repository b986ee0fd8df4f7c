#include "cpu/block_runner.h"

#include <new>
#include <sys/mman.h>

#include "cpu/fibre.h"

namespace factory {

thread_local KernelThread *current_thread = nullptr;

namespace {
thread_local BlockRunner *active = nullptr;

constexpr unsigned warp_lanes = 32;
constexpr std::size_t stack_bytes = fibre_stack_bytes;
// Stacks that start at the same offset in a page share cache sets: shift each by a few lines.
constexpr std::size_t colours = 16;
constexpr std::size_t colour_bytes = 192;
} // namespace

BlockRunner::~BlockRunner() {
    release();
}

void BlockRunner::release() noexcept {
    for (Fibre &fibre : fibres_) {
        fibre.watched.end();
    }
    fibres_.clear();
    if (stacks_ != nullptr) {
        munmap(stacks_, mapped_);
        stacks_ = nullptr;
    }
}

void BlockRunner::prepare(unsigned threads) {
    if (fibres_.size() >= threads) {
        return;
    }
    release();
    mapped_ = threads * stack_bytes;
    void *mapping = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED) {
        throw std::bad_alloc();
    }
    stacks_ = static_cast<char *>(mapping);
    fibres_.resize(threads);
}

bool BlockRunner::run(const HostKernel &kernel, const std::uint64_t *arguments, Index block, unsigned threads) {
    prepare(threads);
    kernel_ = &kernel;
    arguments_ = arguments;
    active = this;
    watched_.note_current();
    for (unsigned i = 0; i < threads; i++) {
        Fibre &fibre = fibres_[i];
        fibre.identity = {{i, 0}, block, {threads, 1}};
        fibre.watched.begin_anew(stacks_ + i * stack_bytes, stack_bytes, fibre.state == State::ended);
        fibre.state = State::ready;
        const std::size_t usable = stack_bytes - i % colours * colour_bytes;
        fibre.stack_pointer = prepare_fibre(stacks_ + i * stack_bytes, usable, &BlockRunner::start);
    }
    for (;;) {
        for (unsigned first = 0; first < threads; first += warp_lanes) {
            run_warp(first, first + warp_lanes < threads ? first + warp_lanes : threads);
        }
        unsigned ended = 0;
        for (unsigned i = 0; i < threads; i++) {
            ended += fibres_[i].state == State::ended ? 1 : 0;
        }
        if (ended == threads) {
            return true;
        }
        if (!release_barrier(threads)) {
            return false;
        }
    }
}

FACTORY_UNNOTED void BlockRunner::start() {
    BlockRunner &runner = *active;
    runner.fibres_[runner.running_].watched.arrived_from(&runner.watched_);
    runner.kernel_->thread(runner.arguments_);
    runner.pause(State::ended);
    __builtin_unreachable();
}

void BlockRunner::resume(unsigned thread) {
    running_ = thread;
    Fibre &fibre = fibres_[thread];
    current_thread = &fibre.identity;
    watched_.leaving_for(fibre.watched, false);
    factory_fibre_switch(&scheduler_, fibre.stack_pointer);
    watched_.arrived_from(nullptr);
}

FACTORY_UNNOTED void BlockRunner::pause(State state) {
    Fibre &fibre = fibres_[running_];
    fibre.state = state;
    fibre.watched.leaving_for(watched_, state == State::ended);
    factory_fibre_switch(&fibre.stack_pointer, scheduler_);
    fibre.watched.arrived_from(nullptr);
}

// Shuffles are settled within the warp at once, so that its lanes stay in the cache.
void BlockRunner::run_warp(unsigned first, unsigned end) {
    do {
        for (unsigned i = first; i < end; i++) {
            if (fibres_[i].state == State::ready) {
                resume(i);
            }
        }
    } while (exchange(first, end));
}

bool BlockRunner::exchange(unsigned first, unsigned end) {
    for (unsigned i = first; i < end; i++) {
        if (fibres_[i].state != State::at_shuffle) {
            return false; // Nobody shuffles, or a lane is missing: release_barrier says which.
        }
    }
    // Ascending order reads a lane's value before that lane is given its own new one.
    for (unsigned i = first; i < end; i++) {
        const unsigned source = i + fibres_[i].offset;
        fibres_[i].value = source < first + warp_lanes && source < end ? fibres_[source].value : fibres_[i].value;
        fibres_[i].state = State::ready;
    }
    return true;
}

bool BlockRunner::release_barrier(unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        const Fibre &fibre = fibres_[i];
        if (fibre.state != State::at_barrier || fibre.line != fibres_[0].line) {
            const auto where = [](const Fibre &f) {
                return f.state == State::ended        ? std::string("has ended")
                       : f.state == State::at_barrier ? "waits at the barrier in line " + std::to_string(f.line)
                                                      : std::string("waits in a shuffle");
            };
            divergence_ = "thread 0 " + where(fibres_[0]) + " while thread " + std::to_string(i) + " " +
                          where(fibre) + ": a GPU may hang here";
            return false;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        fibres_[i].state = State::ready;
    }
    return true;
}

void wait_at_barrier(int line) {
    BlockRunner &runner = *active;
    runner.fibres_[runner.running_].line = line;
    runner.pause(BlockRunner::State::at_barrier);
}

float shuffle_down(float value, unsigned offset) {
    BlockRunner &runner = *active;
    BlockRunner::Fibre &fibre = runner.fibres_[runner.running_];
    fibre.value = value;
    fibre.offset = offset;
    runner.pause(BlockRunner::State::at_shuffle);
    return fibre.value;
}

} // namespace factory
