#include "cpu/cpu_device.h"

#include <chrono>
#include <cstdio>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace factory {

namespace {

std::uint64_t page_bytes() { return static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)); }

std::uint64_t rounded(std::uint64_t bytes, std::uint64_t unit) { return (bytes + unit - 1) / unit * unit; }

std::string processor_name() {
    std::string name = "processor";
    if (FILE *file = std::fopen("/proc/cpuinfo", "r")) {
        char line[256];
        while (std::fgets(line, sizeof line, file) != nullptr) {
            const char *colon = std::strchr(line, ':');
            if (std::strncmp(line, "model name", 10) == 0 && colon != nullptr) {
                name.assign(colon + 2);
                name.erase(name.find_last_not_of(" \n") + 1);
                break;
            }
        }
        std::fclose(file);
    }
    return name;
}

} // namespace

CpuDevice::CpuDevice(bool fibres_only, unsigned threads) : fibres_only_(fibres_only) {
    const unsigned processors = std::thread::hardware_concurrency();
    const unsigned count = threads != 0 ? threads : processors != 0 ? processors : 1;
    for (unsigned i = 0; i < count; i++) {
        runners_.push_back(std::make_unique<BlockRunner>());
    }
    for (unsigned i = 1; i < count; i++) {
        workers_.emplace_back([this, i] { assist(i); });
    }
    start();
}

CpuDevice::~CpuDevice() {
    stop();
    {
        const std::lock_guard hold(grid_lock_);
        ending_ = true;
    }
    grid_wake_.notify_all();
    for (std::thread &worker : workers_) {
        worker.join();
    }
}

void CpuDevice::describe(factory_device_info &info) {
    info.backend = fibres_only_ ? FACTORY_BACKEND_CPU_FIBRES : FACTORY_BACKEND_CPU;
    info.index = 0;
    info.multiprocessors = static_cast<std::uint32_t>(runners_.size());
    info.memory_bytes = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * page_bytes();
    info.driver_version = 0;
    info.capability = 0;
    std::snprintf(info.name, sizeof info.name, "CPU device on %.60s, %u threads%s", processor_name().c_str(),
                  info.multiprocessors, fibres_only_ ? ", fibres only" : "");
    std::snprintf(info.uuid, sizeof info.uuid, "%s", fibres_only_ ? "CPU-fibres-0" : "CPU-0");
}

// Ends against a page that nobody may touch, so that a kernel which writes past its buffer dies at once.
std::uint64_t CpuDevice::allocate(std::uint64_t bytes) {
    const std::uint64_t page = page_bytes(), body = rounded(bytes, page);
    void *mapping = mmap(nullptr, body + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) {
        throw Failure{FACTORY_OUT_OF_MEMORY, "no memory for a buffer of " + std::to_string(bytes) + " bytes"};
    }
    madvise(mapping, body, MADV_HUGEPAGE);
    mprotect(static_cast<char *>(mapping) + body, page, PROT_NONE);
    return reinterpret_cast<std::uint64_t>(mapping) + body - rounded(bytes, 64);
}

void CpuDevice::release(std::uint64_t address, std::uint64_t bytes) noexcept {
    const std::uint64_t page = page_bytes(), body = rounded(bytes, page);
    munmap(reinterpret_cast<void *>(address + rounded(bytes, 64) - body), body + page);
}

void CpuDevice::upload(std::uint64_t address, const void *source, std::uint64_t bytes) {
    std::memcpy(reinterpret_cast<void *>(address), source, bytes);
}

void CpuDevice::download(void *target, std::uint64_t address, std::uint64_t bytes) {
    std::memcpy(target, reinterpret_cast<const void *>(address), bytes);
}

double CpuDevice::run(const std::vector<Launch> &launches) {
    const auto begin = std::chrono::steady_clock::now();
    for (const Launch &launch : launches) {
        const HostKernel *kernel = find_host_kernel(launch.kernel.c_str());
        if (kernel == nullptr) {
            throw Failure{FACTORY_NO_KERNEL, "no kernel is called " + launch.kernel};
        }
        if (kernel->arguments != launch.arguments.size()) {
            throw Failure{FACTORY_BAD_PARAMETER,
                          launch.kernel + " takes " + std::to_string(kernel->arguments) + " arguments, not " +
                              std::to_string(launch.arguments.size())};
        }
        run_grid(*kernel, launch);
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void CpuDevice::run_grid(const HostKernel &kernel, const Launch &launch) {
    Grid grid{&kernel, &launch};
    const bool shared = !workers_.empty() && static_cast<std::uint64_t>(launch.grid_x) * launch.grid_y > 1;
    if (shared) {
        const std::lock_guard hold(grid_lock_);
        grid.busy = static_cast<unsigned>(workers_.size());
        grid_ = &grid;
        grids_started_++;
        grid_wake_.notify_all();
    }
    run_blocks(grid, *runners_[0]);
    if (shared) {
        std::unique_lock hold(grid_lock_);
        grid_done_.wait(hold, [&grid] { return grid.busy == 0; });
        grid_ = nullptr;
    }
    if (grid.failed) {
        throw stopping() ? Failure{FACTORY_STOPPED, "the device was closed while " + launch.kernel + " ran"}
                         : Failure{FACTORY_DIVERGENT_BARRIER, launch.kernel + ": " + divergence_};
    }
}

void CpuDevice::assist(unsigned worker) {
    std::uint64_t seen = 0;
    for (;;) {
        Grid *grid;
        {
            std::unique_lock hold(grid_lock_);
            grid_wake_.wait(hold, [&] { return ending_ || grids_started_ != seen; });
            if (ending_) {
                return;
            }
            seen = grids_started_;
            grid = grid_;
        }
        run_blocks(*grid, *runners_[worker]);
        const std::lock_guard hold(grid_lock_);
        if (--grid->busy == 0) {
            grid_done_.notify_one();
        }
    }
}

void CpuDevice::run_blocks(Grid &grid, BlockRunner &runner) {
    const std::uint64_t width = grid.launch->grid_x, total = width * grid.launch->grid_y;
    for (;;) {
        const std::uint64_t block = grid.next_block.fetch_add(1, std::memory_order_relaxed);
        if (block >= total || grid.failed.load(std::memory_order_relaxed)) {
            return;
        }
        const Index index{static_cast<unsigned>(block % width), static_cast<unsigned>(block / width)};
        if (stopping() || !run_block(grid, runner, index)) {
            grid.failed = true;
            return;
        }
    }
}

bool CpuDevice::run_block(const Grid &grid, BlockRunner &runner, Index block) {
    const HostKernel &kernel = *grid.kernel;
    const std::uint64_t *arguments = grid.launch->arguments.data();
    const unsigned threads = grid.launch->block_x;
    if (kernel.has_barriers && (fibres_only_ || kernel.block == nullptr)) {
        if (runner.run(kernel, arguments, block, threads)) {
            return true;
        }
        const std::lock_guard hold(grid_lock_);
        divergence_ = runner.divergence();
        return false;
    }
    static thread_local KernelThread thread;
    thread = {{0, 0}, block, {threads, 1}};
    current_thread = &thread;
    if (kernel.has_barriers) {
        kernel.block(arguments);
        return true;
    }
    if (kernel.any_block_size && !fibres_only_) {
        thread.block_size.x = 1; // One long loop over the chunk, which the compiler can vectorise.
        kernel.thread(arguments);
        return true;
    }
    for (; thread.thread.x < threads; thread.thread.x++) {
        kernel.thread(arguments);
    }
    return true;
}

} // namespace factory
