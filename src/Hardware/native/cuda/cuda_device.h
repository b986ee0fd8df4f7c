#pragma once

#include <map>

#include "cuda/cuda_driver.h"
#include "cuda/nvml.h"
#include "device.h"

namespace factory {

// One NVIDIA GPU through its driver. After a sticky error nothing here recovers: end the process.
class CudaDevice final : public Device {
public:
    CudaDevice(const char *library, const char *nvml_library, unsigned index, const char *ptx);
    ~CudaDevice() override;

    void describe(factory_device_info &info) override;
    void read(factory_readings &readings) noexcept override { sensors_.read(readings); }
    void limit(double watts) override { sensors_.limit(watts); }
    void load(const std::string &name, const char *ptx) override;
    std::int64_t fault(unsigned timeout_milliseconds) override { return sensors_.fault(timeout_milliseconds); }
    std::uint64_t allocate(std::uint64_t bytes) override;
    void release(std::uint64_t address, std::uint64_t bytes) noexcept override;
    void upload(std::uint64_t address, const void *source, std::uint64_t bytes) override;
    void download(void *target, std::uint64_t address, std::uint64_t bytes) override;
    std::unique_ptr<Communicator> join(const factory_communicator_options &options) override;

    static unsigned count(const char *library);

protected:
    double run(const std::vector<Launch> &launches) override;

private:
    std::string uuid() const;
    void require_driver();
    // The kernels that one text of PTX came to, and how many parameters each has.
    struct Module {
        CuModule handle = nullptr;
        std::map<std::string, CuFunction> functions;
        std::map<std::string, unsigned> parameters;
    };

    CuModule load_module(const std::string &what, const char *ptx);
    CuFunction function_of(const Launch &launch);
    void enqueue(const Launch &launch);
    void wait_for(CuEvent event);

    const CudaDriver &driver_;
    Nvml sensors_;
    const unsigned index_;
    CuDeviceId device_ = 0;
    CuContext context_ = nullptr;
    CuStream stream_ = nullptr;
    CuEvent begin_ = nullptr, end_ = nullptr;
    std::mutex modules_lock_; // Loading is for any thread, launching for the device's own.
    std::map<std::string, Module> modules_; // Under the empty name our own kernels.
};

} // namespace factory
