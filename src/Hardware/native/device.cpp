#include "device.h"

#include <new>
#include <utility>

namespace factory {

void Device::submit(Submission submission) {
    {
        const std::lock_guard hold(lock_);
        queue_.push_back(std::move(submission));
    }
    wake_.notify_one();
}

void Device::retire(std::uint64_t address, std::uint64_t bytes) noexcept {
    {
        const std::lock_guard hold(lock_);
        if (busy_ || !queue_.empty()) {
            retired_.push_back({address, bytes});
            return;
        }
    }
    release(address, bytes);
}

void Device::remember(const std::string &text) {
    const std::lock_guard hold(lock_);
    error_ = text;
}

std::string Device::last_error() {
    const std::lock_guard hold(lock_);
    return error_;
}

void Device::start() {
    thread_ = std::thread([this] { serve(); });
}

void Device::stop() noexcept {
    {
        const std::lock_guard hold(lock_);
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) {
        thread_.join();
    }
    for (const Retired &memory : retired_) {
        release(memory.address, memory.bytes);
    }
    retired_.clear();
}

void Device::serve() {
    for (;;) {
        Submission next;
        {
            std::unique_lock hold(lock_);
            wake_.wait(hold, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty()) {
                return;
            }
            next = std::move(queue_.front());
            queue_.pop_front();
            busy_ = true;
        }
        complete(next);
    }
}

// Before the completion, so that whoever hears of the end finds the memory free.
void Device::settle() {
    std::vector<Retired> free;
    {
        const std::lock_guard hold(lock_);
        busy_ = false;
        if (queue_.empty()) {
            free.swap(retired_);
        }
    }
    for (const Retired &memory : free) {
        release(memory.address, memory.bytes);
    }
}

void Device::complete(const Submission &submission) {
    int status = FACTORY_OK;
    double seconds = 0;
    try {
        if (stopping()) {
            throw Failure{FACTORY_STOPPED, "the device was closed before the kernel began"};
        }
        seconds = run(submission.launches);
    } catch (const Failure &failure) {
        status = failure.status;
        remember(failure.text);
    } catch (const std::bad_alloc &) {
        status = FACTORY_OUT_OF_MEMORY;
        remember("no host memory was left to run the kernel");
    } catch (...) {
        status = FACTORY_INTERNAL;
        remember("an unexpected failure in the compute library");
    }
    settle();
    submission.completion(submission.context, status, seconds);
}

const char *status_name(int status) {
    switch (status) {
    case FACTORY_OK: return "FACTORY_OK";
    case FACTORY_BAD_PARAMETER: return "FACTORY_BAD_PARAMETER";
    case FACTORY_NO_DRIVER: return "FACTORY_NO_DRIVER";
    case FACTORY_NO_DEVICE: return "FACTORY_NO_DEVICE";
    case FACTORY_NO_KERNEL: return "FACTORY_NO_KERNEL";
    case FACTORY_DIVERGENT_BARRIER: return "FACTORY_DIVERGENT_BARRIER";
    case FACTORY_OUT_OF_MEMORY: return "FACTORY_OUT_OF_MEMORY";
    case FACTORY_BAD_HANDLE: return "FACTORY_BAD_HANDLE";
    case FACTORY_NOT_SUPPORTED: return "FACTORY_NOT_SUPPORTED";
    case FACTORY_NOT_PERMITTED: return "FACTORY_NOT_PERMITTED";
    case FACTORY_STOPPED: return "FACTORY_STOPPED";
    case FACTORY_NO_NCCL: return "FACTORY_NO_NCCL";
    case FACTORY_NCCL_FAILED: return "FACTORY_NCCL_FAILED";
    case FACTORY_TIMED_OUT: return "FACTORY_TIMED_OUT";
    case FACTORY_INTERNAL: return "FACTORY_INTERNAL";
    case 1: return "CUDA_ERROR_INVALID_VALUE";
    case 2: return "CUDA_ERROR_OUT_OF_MEMORY";
    case 3: return "CUDA_ERROR_NOT_INITIALIZED";
    case 4: return "CUDA_ERROR_DEINITIALIZED";
    case 46: return "CUDA_ERROR_DEVICE_UNAVAILABLE";
    case 100: return "CUDA_ERROR_NO_DEVICE";
    case 101: return "CUDA_ERROR_INVALID_DEVICE";
    case 200: return "CUDA_ERROR_INVALID_IMAGE";
    case 201: return "CUDA_ERROR_INVALID_CONTEXT";
    case 209: return "CUDA_ERROR_NO_BINARY_FOR_GPU";
    case 214: return "CUDA_ERROR_ECC_UNCORRECTABLE";
    case 218: return "CUDA_ERROR_INVALID_PTX";
    case 220: return "CUDA_ERROR_NVLINK_UNCORRECTABLE";
    case 222: return "CUDA_ERROR_UNSUPPORTED_PTX_VERSION";
    case 400: return "CUDA_ERROR_INVALID_HANDLE";
    case 500: return "CUDA_ERROR_NOT_FOUND";
    case 600: return "CUDA_ERROR_NOT_READY";
    case 700: return "CUDA_ERROR_ILLEGAL_ADDRESS";
    case 701: return "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES";
    case 702: return "CUDA_ERROR_LAUNCH_TIMEOUT";
    case 710: return "CUDA_ERROR_ASSERT";
    case 714: return "CUDA_ERROR_HARDWARE_STACK_ERROR";
    case 715: return "CUDA_ERROR_ILLEGAL_INSTRUCTION";
    case 716: return "CUDA_ERROR_MISALIGNED_ADDRESS";
    case 717: return "CUDA_ERROR_INVALID_ADDRESS_SPACE";
    case 718: return "CUDA_ERROR_INVALID_PC";
    case 719: return "CUDA_ERROR_LAUNCH_FAILED";
    case 802: return "CUDA_ERROR_SYSTEM_NOT_READY";
    case 803: return "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH";
    case 999: return "CUDA_ERROR_UNKNOWN";
    default: return status > 0 && status < 1000 ? "CUDA_ERROR" : "FACTORY_UNKNOWN_STATUS";
    }
}

} // namespace factory
