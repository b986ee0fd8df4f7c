// A double of NVML whose readings come from the environment; one that is not set is not supported, as on a
// card without that sensor. FACTORY_DOUBLE_MILLIWATTS, _CELSIUS, _PERCENT and _USED_BYTES.
#include <cstdlib>

#define ENTRY extern "C" __attribute__((visibility("default"))) int

namespace {

constexpr int success = 0, not_supported = 3;

struct Utilisation {
    unsigned gpu, memory;
};

struct Memory {
    unsigned long long total, free, used;
};

template <typename Value> int answer(const char *name, Value *value) {
    const char *text = std::getenv(name);
    if (text == nullptr) {
        return not_supported;
    }
    *value = static_cast<Value>(std::strtoull(text, nullptr, 10));
    return success;
}

} // namespace

ENTRY nvmlInit_v2() { return success; }

ENTRY nvmlDeviceGetHandleByUUID(const char *, void **device) {
    static int only;
    *device = &only;
    return success;
}

ENTRY nvmlDeviceGetPowerUsage(void *, unsigned *milliwatts) { return answer("FACTORY_DOUBLE_MILLIWATTS", milliwatts); }

ENTRY nvmlDeviceGetTemperature(void *, int, unsigned *celsius) { return answer("FACTORY_DOUBLE_CELSIUS", celsius); }

ENTRY nvmlDeviceGetUtilizationRates(void *, Utilisation *percent) { return answer("FACTORY_DOUBLE_PERCENT", &percent->gpu); }

ENTRY nvmlDeviceGetMemoryInfo(void *, Memory *bytes) { return answer("FACTORY_DOUBLE_USED_BYTES", &bytes->used); }
