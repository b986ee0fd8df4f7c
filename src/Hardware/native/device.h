// What every back end does. Failures are thrown here and become status codes in api.cpp.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "factory_gpu.h"

namespace factory {

struct Failure {
    int status;
    std::string text;
};

struct Launch {
    std::string kernel;
    unsigned grid_x, grid_y, block_x;
    std::vector<std::uint64_t> arguments;
};

struct Submission {
    std::vector<Launch> launches;
    factory_completion completion;
    void *context;
};

struct Collective {
    std::uint32_t operation;
    std::uint64_t input, output; // addresses on the device
    std::uint64_t floats;
    std::uint32_t repetitions;
};

// One rank's part among several devices.
class Communicator {
public:
    virtual ~Communicator() = default;

    // Returns device seconds.
    virtual double run(const Collective &collective) = 0;
    // From any thread: what runs, and what would run later, fails.
    virtual void abort() noexcept = 0;
    virtual bool is_running() const noexcept = 0;
};

class Device {
public:
    virtual ~Device() = default;

    virtual void describe(factory_device_info &info) = 0;
    virtual std::uint64_t allocate(std::uint64_t bytes) = 0;
    virtual void release(std::uint64_t address, std::uint64_t bytes) noexcept = 0;
    virtual void upload(std::uint64_t address, const void *source, std::uint64_t bytes) = 0;
    virtual void download(void *target, std::uint64_t address, std::uint64_t bytes) = 0;

    // All unknown where the device has no sensors that we can read.
    virtual void read(factory_readings &) noexcept {}

    // 0 sets the default limit.
    virtual void limit(double) { throw Failure{FACTORY_NOT_SUPPORTED, "this device has no power limit"}; }

    // The Xid number of the next critical fault, or -1 when none comes in time.
    virtual std::int64_t fault(unsigned) { throw Failure{FACTORY_NOT_SUPPORTED, "this device reports no faults"}; }

    virtual std::unique_ptr<Communicator> join(const factory_communicator_options &) {
        throw Failure{FACTORY_NO_NCCL, "NCCL joins CUDA devices; this is none"};
    }

    // More kernels, called NAME/ENTRY from then on.
    virtual void load(const std::string &, const char *) {
        throw Failure{FACTORY_NOT_SUPPORTED, "this device runs no PTX: a CUDA device is needed"};
    }

    void submit(Submission submission);
    // Releases memory once everything submitted has ended: a kernel that still runs may use it.
    void retire(std::uint64_t address, std::uint64_t bytes) noexcept;
    bool is_own_thread() const { return std::this_thread::get_id() == thread_.get_id(); }
    void remember(const std::string &text);
    std::string last_error();

protected:
    // Runs on the device's own thread and returns device seconds.
    virtual double run(const std::vector<Launch> &launches) = 0;

    // The most derived class starts the thread at the end of its constructor and stops it at the start of
    // its destructor, because the thread calls run().
    void start();
    void stop() noexcept;
    bool stopping() const { return stopping_.load(std::memory_order_relaxed); }

private:
    struct Retired {
        std::uint64_t address, bytes;
    };

    void serve();
    void complete(const Submission &submission);
    void settle();

    std::mutex lock_;
    std::condition_variable wake_;
    std::deque<Submission> queue_;
    std::vector<Retired> retired_;
    bool busy_ = false;
    std::atomic<bool> stopping_{false};
    std::string error_;
    std::thread thread_;
};

const char *status_name(int status);

} // namespace factory
