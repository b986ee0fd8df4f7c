// The few entry points of the CUDA driver that we use, with prototypes of our own: the driver is found at
// run time, and nothing of NVIDIA's is needed to build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace factory {

using CuResult = int;
using CuDeviceId = int;
using CuAddress = std::uint64_t;
using CuContext = struct CuContextHandle *;
using CuModule = struct CuModuleHandle *;
using CuFunction = struct CuFunctionHandle *;
using CuStream = struct CuStreamHandle *;
using CuEvent = struct CuEventHandle *;

constexpr CuResult cu_success = 0;
constexpr CuResult cu_not_ready = 600;
constexpr int cu_attribute_multiprocessors = 16;
constexpr int cu_attribute_capability_major = 75;
constexpr int cu_attribute_capability_minor = 76;
constexpr unsigned cu_stream_non_blocking = 1;
constexpr int cu_jit_error_log = 5;
constexpr int cu_jit_error_log_bytes = 6;

struct CuUuid {
    unsigned char bytes[16];
};

class CudaDriver {
public:
    // Throws Failure FACTORY_NO_DRIVER when the library or one of its functions is missing. The library is
    // never unloaded: a driver keeps threads of its own.
    static const CudaDriver &load(const char *library);

    // Throws a Failure that names the call, the code and the driver's own text.
    void check(CuResult result, const char *call) const;

    CuResult (*init)(unsigned flags);
    CuResult (*driver_version)(int *version);
    CuResult (*device_count)(int *count);
    CuResult (*device_get)(CuDeviceId *device, int ordinal);
    CuResult (*device_name)(char *name, int bytes, CuDeviceId device);
    CuResult (*device_uuid)(CuUuid *uuid, CuDeviceId device);
    CuResult (*device_attribute)(int *value, int attribute, CuDeviceId device);
    CuResult (*device_memory)(std::size_t *bytes, CuDeviceId device);
    CuResult (*context_retain)(CuContext *context, CuDeviceId device);
    CuResult (*context_release)(CuDeviceId device);
    CuResult (*context_set)(CuContext context);
    CuResult (*module_load)(CuModule *module, const void *image, unsigned options, int *names, void **values);
    CuResult (*module_unload)(CuModule module);
    CuResult (*module_function)(CuFunction *function, CuModule module, const char *name);
    CuResult (*allocate)(CuAddress *address, std::size_t bytes);
    CuResult (*release)(CuAddress address);
    CuResult (*copy_to_device)(CuAddress target, const void *source, std::size_t bytes, CuStream stream);
    CuResult (*copy_to_host)(void *target, CuAddress source, std::size_t bytes, CuStream stream);
    CuResult (*stream_create)(CuStream *stream, unsigned flags);
    CuResult (*stream_destroy)(CuStream stream);
    CuResult (*stream_synchronize)(CuStream stream);
    CuResult (*launch)(CuFunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                       unsigned block_y, unsigned block_z, unsigned shared_bytes, CuStream stream,
                       void **arguments, void **extra);
    CuResult (*event_create)(CuEvent *event, unsigned flags);
    CuResult (*event_destroy)(CuEvent event);
    CuResult (*event_record)(CuEvent event, CuStream stream);
    CuResult (*event_query)(CuEvent event);
    CuResult (*event_elapsed)(float *milliseconds, CuEvent begin, CuEvent end);
    CuResult (*error_name)(CuResult result, const char **name);
    CuResult (*error_text)(CuResult result, const char **text);

private:
    explicit CudaDriver(void *library);
};

} // namespace factory
