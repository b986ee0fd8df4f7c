#pragma once

#include <functional>
#include <memory>

#include "cpu/block_runner.h"
#include "device.h"

namespace factory {

// A device made of this machine's processors. Blocks of a grid are shared out among its threads.
class CpuDevice final : public Device {
public:
    CpuDevice(bool fibres_only, unsigned threads);
    ~CpuDevice() override;

    void describe(factory_device_info &info) override;
    std::uint64_t allocate(std::uint64_t bytes) override;
    void release(std::uint64_t address, std::uint64_t bytes) noexcept override;
    void upload(std::uint64_t address, const void *source, std::uint64_t bytes) override;
    void download(void *target, std::uint64_t address, std::uint64_t bytes) override;

protected:
    double run(const std::vector<Launch> &launches) override;

private:
    struct Grid {
        const HostKernel *kernel;
        const Launch *launch;
        std::atomic<std::uint64_t> next_block{0};
        std::atomic<bool> failed{false};
        unsigned busy = 0;
    };

    void run_grid(const HostKernel &kernel, const Launch &launch);
    void run_blocks(Grid &grid, BlockRunner &runner);
    bool run_block(const Grid &grid, BlockRunner &runner, Index block);
    void assist(unsigned worker);

    const bool fibres_only_;
    std::vector<std::unique_ptr<BlockRunner>> runners_;
    std::vector<std::thread> workers_;
    std::mutex grid_lock_;
    std::condition_variable grid_wake_, grid_done_;
    Grid *grid_ = nullptr;
    std::uint64_t grids_started_ = 0;
    bool ending_ = false;
    std::string divergence_;
};

} // namespace factory
