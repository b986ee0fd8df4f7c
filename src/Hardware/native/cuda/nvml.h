// A GPU's sensors through NVML, found at run time like the driver. A machine without it has no readings.
#pragma once

#include <cstdint>
#include <string>

#include "cuda/nvml_links.h"
#include "factory_gpu.h"

namespace factory {

class Nvml {
public:
    void open(const char *library, const std::string &uuid) noexcept;
    void read(factory_readings &readings) const noexcept;
    // Sets the power limit, 0 for the default one. Throws a Failure that says what the card accepts.
    void limit(double watts) const;
    // Waits for the next critical fault: its Xid number, or -1. Throws a Failure where faults are not reported.
    std::int64_t fault(unsigned timeout_milliseconds) const;

private:
    using Handle = NvmlHandle *;

    struct Utilisation {
        unsigned gpu, memory;
    };

    using EventSet = struct NvmlEventSet *;

    struct Event {
        Handle device;
        unsigned long long type, data;
        unsigned gpu_instance, compute_instance;
    };

    struct Memory {
        unsigned long long total, free, used;
    };

    Handle device_ = nullptr;
    NvmlLinks links_;
    EventSet events_ = nullptr; // Lives as long as the process, as NVML itself does.
    int (*wait_)(EventSet set, Event *event, unsigned milliseconds) = nullptr;
    int (*power_)(Handle device, unsigned *milliwatts) = nullptr;
    int (*temperature_)(Handle device, int sensor, unsigned *celsius) = nullptr;
    int (*utilisation_)(Handle device, Utilisation *percent) = nullptr;
    int (*memory_)(Handle device, Memory *bytes) = nullptr;
    int (*limit_)(Handle device, unsigned *milliwatts) = nullptr;
    int (*limit_range_)(Handle device, unsigned *lowest, unsigned *highest) = nullptr;
    int (*default_limit_)(Handle device, unsigned *milliwatts) = nullptr;
    int (*set_limit_)(Handle device, unsigned milliwatts) = nullptr;
    int (*energy_)(Handle device, unsigned long long *millijoules) = nullptr;
    int (*clock_)(Handle device, int kind, unsigned *megahertz) = nullptr;
    int (*slowed_)(Handle device, unsigned long long *reasons) = nullptr;
    int (*ecc_)(Handle device, int kind, int counter, unsigned long long *count) = nullptr;
    int (*rows_)(Handle device, unsigned *corrected, unsigned *uncorrected, unsigned *pending, unsigned *failed) = nullptr;

    void listen(void *library) noexcept;
    void read_limits(factory_readings &readings) const noexcept;
    void read_health(factory_readings &readings) const noexcept;
};

} // namespace factory
