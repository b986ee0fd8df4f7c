// A double of the CUDA driver: the entry points our library calls, with the real PTX interpreted on this
// machine's processor. It exists to run the CUDA back end where there is no GPU. Its figures say nothing of
// a GPU's speed. Launches run at once in the caller; a fault shows later, as on a GPU, and stays.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "cuda/cuda_driver.h"
#include "doubles/device_memory.h"
#include "doubles/fault.h"
#include "doubles/ptx_interpreter.h"

namespace factory {

struct CuEventHandle {
    std::chrono::steady_clock::time_point at;
    bool recorded = false;
};

struct CuFunctionHandle {
    const ptx::Kernel *kernel;
};

struct CuModuleHandle {
    ptx::Module module;
    std::map<std::string, CuFunctionHandle> functions;
};

} // namespace factory

namespace {

using namespace factory;

constexpr CuResult invalid_value = 1, out_of_memory = 2, device_unavailable = 46, invalid_device = 101,
                   ecc_uncorrectable = 214, invalid_ptx = 218, not_found = 500, illegal_address = 700,
                   out_of_resources = 701, launch_timeout = 702, misaligned_address = 716;

std::uint64_t setting(const char *name, std::uint64_t otherwise) {
    const char *text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

struct Driver {
    std::recursive_mutex lock;
    DeviceMemory memory{setting("FACTORY_DOUBLE_MEMORY_BYTES", 8ull << 30)};
    CuResult sticky = cu_success;
    bool hung = false;
    int retained = 0;
};

Driver &driver() {
    static Driver instance;
    return instance;
}

template <typename Action> CuResult on_context(Action action) {
    Driver &state = driver();
    const std::lock_guard hold(state.lock);
    return state.sticky != cu_success ? state.sticky : action(state);
}

// What the fault does to this launch; cu_success when the kernel is to run.
CuResult suffer(Driver &state, Fault fault) {
    switch (fault) {
    case Fault::illegal_address: state.sticky = illegal_address; return state.sticky;
    case Fault::launch_timeout: state.sticky = launch_timeout; return state.sticky;
    case Fault::misaligned: state.sticky = misaligned_address; return state.sticky;
    case Fault::ecc: state.sticky = ecc_uncorrectable; return state.sticky;
    case Fault::device_lost: state.sticky = device_unavailable; return state.sticky;
    case Fault::hang: state.hung = true; return cu_not_ready;
    case Fault::crash:
        // The runtime of a managed process takes over a signal that is merely raised.
        std::signal(SIGSEGV, SIG_DFL);
        std::raise(SIGSEGV);
        return cu_success;
    default: return cu_success;
    }
}

std::vector<unsigned char> parameter_space(const ptx::Kernel &kernel, void **arguments) {
    std::vector<unsigned char> space(kernel.parameter_bytes);
    for (std::size_t i = 0; i < kernel.parameters.size(); i++) {
        std::memcpy(space.data() + kernel.parameters[i].offset, arguments[i], kernel.parameters[i].bytes);
    }
    return space;
}

struct Name {
    CuResult code;
    const char *name;
    const char *text;
};

constexpr Name names[] = {
    {0, "CUDA_SUCCESS", "no error"},
    {invalid_value, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {out_of_memory, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {device_unavailable, "CUDA_ERROR_DEVICE_UNAVAILABLE", "the device is lost or busy"},
    {invalid_device, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {ecc_uncorrectable, "CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable memory error"},
    {invalid_ptx, "CUDA_ERROR_INVALID_PTX", "the PTX does not compile"},
    {not_found, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {cu_not_ready, "CUDA_ERROR_NOT_READY", "device not ready"},
    {illegal_address, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access"},
    {out_of_resources, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"},
    {launch_timeout, "CUDA_ERROR_LAUNCH_TIMEOUT", "the launch timed out and was terminated"},
    {716, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
    {719, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
};

CuResult named(CuResult code, const char **result, const char *Name::*field) {
    for (const Name &name : names) {
        if (name.code == code) {
            *result = name.*field;
            return cu_success;
        }
    }
    *result = nullptr;
    return invalid_value;
}

} // namespace

#define ENTRY extern "C" __attribute__((visibility("default"))) CuResult

ENTRY cuInit(unsigned) { return static_cast<CuResult>(setting("FACTORY_DOUBLE_INIT", 0)); }

ENTRY cuDriverGetVersion(int *version) {
    *version = static_cast<int>(setting("FACTORY_DOUBLE_DRIVER_VERSION", 12040));
    return cu_success;
}

ENTRY cuDeviceGetCount(int *count) {
    *count = static_cast<int>(setting("FACTORY_DOUBLE_DEVICES", 1));
    return cu_success;
}

ENTRY cuDeviceGet(CuDeviceId *device, int ordinal) {
    *device = ordinal;
    return ordinal >= 0 && ordinal < static_cast<int>(setting("FACTORY_DOUBLE_DEVICES", 1)) ? cu_success : invalid_device;
}

ENTRY cuDeviceGetName(char *name, int bytes, CuDeviceId device) {
    std::snprintf(name, static_cast<std::size_t>(bytes), "CUDA driver double %d (interprets PTX, no GPU)", device);
    return cu_success;
}

ENTRY cuDeviceGetUuid(CuUuid *uuid, CuDeviceId device) {
    std::memset(uuid->bytes, 0xd0, sizeof uuid->bytes);
    uuid->bytes[14] = static_cast<unsigned char>(setting("FACTORY_DOUBLE_NODE", 0)); // So that no two nodes' cards are the same.
    uuid->bytes[15] = static_cast<unsigned char>(device);
    return cu_success;
}

ENTRY cuDeviceGetAttribute(int *value, int attribute, CuDeviceId) {
    const int capability = static_cast<int>(setting("FACTORY_DOUBLE_CAPABILITY", 80));
    *value = attribute == cu_attribute_multiprocessors      ? 1
             : attribute == cu_attribute_capability_major ? capability / 10
             : attribute == cu_attribute_capability_minor ? capability % 10
                                                          : 0;
    return cu_success;
}

ENTRY cuDeviceTotalMem_v2(std::size_t *bytes, CuDeviceId) {
    *bytes = setting("FACTORY_DOUBLE_MEMORY_BYTES", 8ull << 30);
    return cu_success;
}

ENTRY cuDevicePrimaryCtxRetain(CuContext *context, CuDeviceId) {
    return on_context([&](Driver &state) {
        state.retained++;
        *context = reinterpret_cast<CuContext>(&state);
        return cu_success;
    });
}

// A context dies with its last holder, and only then do what poisoned it and the memory that it holds go away.
ENTRY cuDevicePrimaryCtxRelease_v2(CuDeviceId) {
    Driver &state = driver();
    const std::lock_guard hold(state.lock);
    if (--state.retained == 0) {
        state.sticky = cu_success;
        state.hung = false;
        state.memory.release_all();
    }
    return cu_success;
}

ENTRY cuCtxSetCurrent(CuContext) { return cu_success; }

ENTRY cuModuleLoadDataEx(CuModule *module, const void *image, unsigned count, int *options, void **values) {
    return on_context([&](Driver &) {
        try {
            if (setting("FACTORY_DOUBLE_PTX_REFUSED", 0) != 0) {
                throw std::runtime_error("this double was told to refuse every program");
            }
            auto loaded = std::make_unique<CuModuleHandle>();
            loaded->module = ptx::parse(static_cast<const char *>(image));
            for (const auto &[name, kernel] : loaded->module.kernels) {
                loaded->functions[name].kernel = &kernel;
            }
            *module = loaded.release();
            return cu_success;
        } catch (const std::runtime_error &error) {
            for (unsigned i = 0; i + 1 < count; i++) {
                if (options[i] == cu_jit_error_log && options[i + 1] == cu_jit_error_log_bytes) {
                    std::snprintf(static_cast<char *>(values[i]), reinterpret_cast<std::size_t>(values[i + 1]), "%s",
                                  error.what());
                }
            }
            return invalid_ptx;
        }
    });
}

ENTRY cuModuleUnload(CuModule module) {
    delete module;
    return cu_success;
}

ENTRY cuModuleGetFunction(CuFunction *function, CuModule module, const char *name) {
    return on_context([&](Driver &) {
        const auto found = module->functions.find(name);
        if (found == module->functions.end()) {
            return not_found;
        }
        *function = &found->second;
        return cu_success;
    });
}

ENTRY cuMemAlloc_v2(CuAddress *address, std::size_t bytes) {
    return on_context([&](Driver &state) {
        if (fault_at_allocation() == Fault::out_of_memory) {
            return out_of_memory;
        }
        *address = state.memory.allocate(bytes);
        return *address == 0 ? out_of_memory : cu_success;
    });
}

ENTRY cuMemFree_v2(CuAddress address) {
    return on_context([&](Driver &state) { return state.memory.release(address) ? cu_success : invalid_value; });
}

ENTRY cuMemcpyHtoDAsync_v2(CuAddress target, const void *source, std::size_t bytes, CuStream) {
    return on_context([&](Driver &state) {
        unsigned char *place = state.memory.find(target, bytes);
        if (place == nullptr) {
            return invalid_value;
        }
        std::memcpy(place, source, bytes);
        return cu_success;
    });
}

ENTRY cuMemcpyDtoHAsync_v2(void *target, CuAddress source, std::size_t bytes, CuStream) {
    return on_context([&](Driver &state) {
        const unsigned char *place = state.memory.find(source, bytes);
        if (place == nullptr) {
            return invalid_value;
        }
        std::memcpy(target, place, bytes);
        return cu_success;
    });
}

ENTRY cuStreamCreate(CuStream *stream, unsigned) {
    return on_context([&](Driver &state) {
        *stream = reinterpret_cast<CuStream>(&state);
        return cu_success;
    });
}

ENTRY cuStreamDestroy_v2(CuStream) { return cu_success; }

ENTRY cuStreamSynchronize(CuStream) {
    return on_context([](Driver &) { return cu_success; });
}

ENTRY cuLaunchKernel(CuFunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                     unsigned block_y, unsigned block_z, unsigned, CuStream, void **arguments, void **) {
    return on_context([&](Driver &state) {
        const ptx::Kernel &kernel = *function->kernel;
        if (grid_z != 1 || block_y != 1 || block_z != 1 || block_x > kernel.most_threads) {
            return block_x > kernel.most_threads ? out_of_resources : invalid_value;
        }
        const Fault fault = fault_at_launch();
        if (state.hung || suffer(state, fault) != cu_success) {
            return cu_success; // The launch itself succeeds; whoever waits for it learns more.
        }
        const ptx::Result result =
            ptx::run(kernel, {grid_x, grid_y, block_x}, parameter_space(kernel, arguments), state.memory);
        if (result.status != cu_success) {
            std::fprintf(stderr, "CUDA driver double: %s\n", result.text.c_str());
            state.sticky = result.status;
        }
        if (fault == Fault::bit_flip) {
            state.memory.flip_a_bit();
        }
        return cu_success;
    });
}

ENTRY cuEventCreate(CuEvent *event, unsigned) {
    return on_context([&](Driver &) {
        *event = new CuEventHandle;
        return cu_success;
    });
}

ENTRY cuEventDestroy_v2(CuEvent event) {
    delete event;
    return cu_success;
}

ENTRY cuEventRecord(CuEvent event, CuStream) {
    return on_context([&](Driver &state) {
        event->at = std::chrono::steady_clock::now();
        event->recorded = !state.hung;
        return cu_success;
    });
}

ENTRY cuEventQuery(CuEvent event) {
    return on_context([&](Driver &) { return event->recorded ? cu_success : cu_not_ready; });
}

ENTRY cuEventElapsedTime(float *milliseconds, CuEvent begin, CuEvent end) {
    return on_context([&](Driver &) {
        *milliseconds = std::chrono::duration<float, std::milli>(end->at - begin->at).count();
        return cu_success;
    });
}

ENTRY cuGetErrorName(CuResult code, const char **name) { return named(code, name, &Name::name); }

ENTRY cuGetErrorString(CuResult code, const char **text) { return named(code, text, &Name::text); }
