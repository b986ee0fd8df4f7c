// What NVML says of a card's links, PCIe and NVLink, and of the memory beside its die. What a card or driver does not
// say stays unknown.
#pragma once

#include <cstdint>
#include <dlfcn.h>

#include "factory_gpu.h"

namespace factory {

struct NvmlHandle;

template <typename Function> bool find(void *library, const char *name, Function *&function) {
    function = reinterpret_cast<Function *>(dlsym(library, name));
    return function != nullptr;
}

class NvmlLinks {
public:
    void open(void *library, NvmlHandle *device) noexcept;
    void read(factory_readings &readings) const noexcept;

private:
    using Question = int(NvmlHandle *device, unsigned *value);

    // NVML's nvmlFieldValue_t.
    struct Field {
        unsigned field, scope;
        long long microseconds, latency;
        int kind, status;
        union {
            double real;
            unsigned word;
            unsigned long wide;
            unsigned long long widest;
            long long whole;
        } value;
    };

    NvmlHandle *device_ = nullptr;
    Question *generation_ = nullptr, *lanes_ = nullptr, *most_generation_ = nullptr, *most_lanes_ = nullptr, *replays_ = nullptr;
    int (*state_)(NvmlHandle *device, unsigned link, int *is_up) = nullptr;
    int (*errors_)(NvmlHandle *device, unsigned link, int kind, unsigned long long *count) = nullptr;
    int (*fields_)(NvmlHandle *device, int count, Field *fields) = nullptr;

    void ask(Question *question, std::int32_t &answer) const noexcept;
    void read_nvlinks(factory_readings &readings) const noexcept;
    void add_errors(unsigned link, factory_readings &readings) const noexcept;
    void read_fields(factory_readings &readings) const noexcept;
};

} // namespace factory
