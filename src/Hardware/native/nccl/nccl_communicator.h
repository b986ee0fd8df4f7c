// One rank's communicator. Nothing here waits inside NCCL: it is asked again and again how far it is, so that a time
// limit, and a rank that is given up from another thread, end the waiting.
#pragma once

#include <atomic>
#include <chrono>

#include "cuda/cuda_driver.h"
#include "device.h"
#include "nccl/nccl_library.h"

namespace factory {

class NcclCommunicator final : public Communicator {
public:
    // Begins to meet the other ranks and returns at once; run waits until all have come.
    NcclCommunicator(const CudaDriver &driver, CuContext context, CuStream stream, const factory_communicator_options &options);
    ~NcclCommunicator() override;

    double run(const Collective &work) override;
    void abort() noexcept override { aborted_ = true; }
    bool is_running() const noexcept override { return running_; }

private:
    double repeat(const Collective &work);
    void enqueue(const Collective &work);
    void gather(const Collective &work);
    template <typename Ready> void await(const char *what, Ready ready);
    void settle(const char *what);
    void wait_for(CuEvent event, const char *what);
    void require_sound_context();
    void break_off() noexcept;
    void release_events() noexcept;

    const NcclLibrary &library_;
    const CudaDriver &driver_;
    const CuContext context_;
    const CuStream stream_;
    const unsigned rank_, ranks_;
    const std::chrono::milliseconds limit_;
    std::atomic<bool> running_{false}, aborted_{false};
    bool is_ready_ = false;
    NcclComm comm_ = nullptr; // Null once it is broken off.
    CuEvent begin_ = nullptr, marks_[2] = {nullptr, nullptr};
};

} // namespace factory
