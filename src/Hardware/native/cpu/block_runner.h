// Runs one block of a kernel on the calling thread, with all threads of the block alive as fibres.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cpu/fibre_watch.h"
#include "cpu/host_kernels.h"
#include "cpu/kernel_thread.h"

namespace factory {

class BlockRunner {
public:
    BlockRunner() = default;
    ~BlockRunner();
    BlockRunner(const BlockRunner &) = delete;
    BlockRunner &operator=(const BlockRunner &) = delete;

    // False when threads of the block wait at different barriers, or some ended while others wait.
    bool run(const HostKernel &kernel, const std::uint64_t *arguments, Index block, unsigned threads);

    const std::string &divergence() const { return divergence_; }

private:
    friend void wait_at_barrier(int line);
    friend float shuffle_down(float value, unsigned offset);

    enum class State { ready, at_barrier, at_shuffle, ended };

    struct Fibre {
        KernelThread identity;
        void *stack_pointer;
        State state;
        int line;
        float value;
        unsigned offset;
        WatchedStack watched;
    };

    static void start();
    void prepare(unsigned threads);
    void release() noexcept;
    void resume(unsigned thread);
    void pause(State state);
    void run_warp(unsigned first, unsigned end);
    bool exchange(unsigned first, unsigned end);
    bool release_barrier(unsigned threads);

    std::vector<Fibre> fibres_;
    char *stacks_ = nullptr;
    std::size_t mapped_ = 0;
    void *scheduler_ = nullptr;
    WatchedStack watched_;
    unsigned running_ = 0;
    const HostKernel *kernel_ = nullptr;
    const std::uint64_t *arguments_ = nullptr;
    std::string divergence_;
};

} // namespace factory
