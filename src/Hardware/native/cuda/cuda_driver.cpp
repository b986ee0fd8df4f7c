#include "cuda/cuda_driver.h"

#include <dlfcn.h>
#include <map>
#include <memory>
#include <mutex>

#include "device.h"

namespace factory {

namespace {

struct Symbol {
    void *library;
    const char *name;

    template <typename Function> operator Function *() const {
        void *address = dlsym(library, name);
        if (address == nullptr) {
            throw Failure{FACTORY_NO_DRIVER, std::string("the CUDA driver has no function ") + name};
        }
        return reinterpret_cast<Function *>(address);
    }
};

} // namespace

const CudaDriver &CudaDriver::load(const char *library) {
    static std::mutex lock;
    static std::map<std::string, std::unique_ptr<CudaDriver>> loaded;
    const std::string name = library != nullptr && *library != '\0' ? library : "libcuda.so.1";
    const std::lock_guard hold(lock);
    std::unique_ptr<CudaDriver> &driver = loaded[name];
    if (driver == nullptr) {
        void *handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (handle == nullptr) {
            throw Failure{FACTORY_NO_DRIVER, std::string("the CUDA driver does not load: ") + dlerror()};
        }
        driver.reset(new CudaDriver(handle));
        driver->check(driver->init(0), "cuInit");
    }
    return *driver;
}

CudaDriver::CudaDriver(void *library)
    : init(Symbol{library, "cuInit"}), driver_version(Symbol{library, "cuDriverGetVersion"}),
      device_count(Symbol{library, "cuDeviceGetCount"}), device_get(Symbol{library, "cuDeviceGet"}),
      device_name(Symbol{library, "cuDeviceGetName"}), device_uuid(Symbol{library, "cuDeviceGetUuid"}),
      device_attribute(Symbol{library, "cuDeviceGetAttribute"}),
      device_memory(Symbol{library, "cuDeviceTotalMem_v2"}),
      context_retain(Symbol{library, "cuDevicePrimaryCtxRetain"}),
      context_release(Symbol{library, "cuDevicePrimaryCtxRelease_v2"}),
      context_set(Symbol{library, "cuCtxSetCurrent"}), module_load(Symbol{library, "cuModuleLoadDataEx"}),
      module_unload(Symbol{library, "cuModuleUnload"}), module_function(Symbol{library, "cuModuleGetFunction"}),
      allocate(Symbol{library, "cuMemAlloc_v2"}), release(Symbol{library, "cuMemFree_v2"}),
      copy_to_device(Symbol{library, "cuMemcpyHtoDAsync_v2"}), copy_to_host(Symbol{library, "cuMemcpyDtoHAsync_v2"}),
      stream_create(Symbol{library, "cuStreamCreate"}), stream_destroy(Symbol{library, "cuStreamDestroy_v2"}),
      stream_synchronize(Symbol{library, "cuStreamSynchronize"}), launch(Symbol{library, "cuLaunchKernel"}),
      event_create(Symbol{library, "cuEventCreate"}), event_destroy(Symbol{library, "cuEventDestroy_v2"}),
      event_record(Symbol{library, "cuEventRecord"}), event_query(Symbol{library, "cuEventQuery"}),
      event_elapsed(Symbol{library, "cuEventElapsedTime"}), error_name(Symbol{library, "cuGetErrorName"}),
      error_text(Symbol{library, "cuGetErrorString"}) {}

void CudaDriver::check(CuResult result, const char *call) const {
    if (result == cu_success) {
        return;
    }
    const char *name = nullptr, *text = nullptr;
    if (error_name(result, &name) != cu_success || name == nullptr) {
        name = status_name(result);
    }
    if (error_text(result, &text) != cu_success || text == nullptr) {
        text = "no description";
    }
    throw Failure{result, std::string(call) + ": " + name + " (" + std::to_string(result) + "): " + text};
}

} // namespace factory
