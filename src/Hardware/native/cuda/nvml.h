// A GPU's sensors through NVML, found at run time like the driver. A machine without it has no readings.
#pragma once

#include <string>

#include "factory_gpu.h"

namespace factory {

class Nvml {
public:
    void open(const char *library, const std::string &uuid) noexcept;
    void read(factory_readings &readings) const noexcept;

private:
    using Handle = struct NvmlHandle *;

    struct Utilisation {
        unsigned gpu, memory;
    };

    struct Memory {
        unsigned long long total, free, used;
    };

    Handle device_ = nullptr;
    int (*power_)(Handle device, unsigned *milliwatts) = nullptr;
    int (*temperature_)(Handle device, int sensor, unsigned *celsius) = nullptr;
    int (*utilisation_)(Handle device, Utilisation *percent) = nullptr;
    int (*memory_)(Handle device, Memory *bytes) = nullptr;
};

} // namespace factory
