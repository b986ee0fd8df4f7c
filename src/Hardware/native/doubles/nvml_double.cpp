// A double of NVML whose readings come from the environment; one that is not set is not supported, as on a
// card without that sensor. FACTORY_DOUBLE_MILLIWATTS, _CELSIUS, _PERCENT, _USED_BYTES, _SM_MEGAHERTZ, _SLOWED,
// _ECC, _ROWS_PENDING and _ROWS_FAILED. With FACTORY_DOUBLE_LIMIT_RANGE=<lowest>:<highest> in milliwatts its power
// limit can be set, the highest being the default, and it draws no more than that; not with _LIMIT_DENIED set.
// FACTORY_DOUBLE_XID_FILE: a fault whose number is written there is reported once, and the file is gone.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#define ENTRY extern "C" __attribute__((visibility("default"))) int

namespace {

constexpr int success = 0, invalid_argument = 2, not_supported = 3, no_permission = 4, timed_out = 10;
constexpr unsigned long long critical_xid = 0x8;

struct Utilisation {
    unsigned gpu, memory;
};

struct Memory {
    unsigned long long total, free, used;
};

std::atomic<unsigned> set_limit{0}; // 0 while none was set.

template <typename Value> int answer(const char *name, Value *value) {
    const char *text = std::getenv(name);
    if (text == nullptr) {
        return not_supported;
    }
    *value = static_cast<Value>(std::strtoull(text, nullptr, 10));
    return success;
}

bool has_range(unsigned &lowest, unsigned &highest) {
    const char *text = std::getenv("FACTORY_DOUBLE_LIMIT_RANGE");
    return text != nullptr && std::sscanf(text, "%u:%u", &lowest, &highest) == 2;
}

struct Event {
    void *device;
    unsigned long long type, data;
    unsigned gpu_instance, compute_instance;
};

// The number that stands in the file, once: the file is taken away first, so that no two devices see it.
bool take(const char *path, unsigned long long &code) {
    const std::string taken = std::string(path) + ".taken";
    if (std::rename(path, taken.c_str()) != 0) {
        return false;
    }
    std::FILE *file = std::fopen(taken.c_str(), "r");
    const bool is_read = file != nullptr && std::fscanf(file, "%llu", &code) == 1;
    if (file != nullptr) {
        std::fclose(file);
    }
    std::remove(taken.c_str());
    return is_read;
}

} // namespace

ENTRY nvmlInit_v2() { return success; }

ENTRY nvmlDeviceGetHandleByUUID(const char *, void **device) {
    static int only;
    *device = &only;
    return success;
}

ENTRY nvmlDeviceGetPowerUsage(void *, unsigned *milliwatts) {
    const int status = answer("FACTORY_DOUBLE_MILLIWATTS", milliwatts);
    const unsigned limit = set_limit;
    if (status == success && limit != 0 && *milliwatts > limit) {
        *milliwatts = limit;
    }
    return status;
}

ENTRY nvmlDeviceGetTemperature(void *, int, unsigned *celsius) { return answer("FACTORY_DOUBLE_CELSIUS", celsius); }

ENTRY nvmlDeviceGetUtilizationRates(void *, Utilisation *percent) { return answer("FACTORY_DOUBLE_PERCENT", &percent->gpu); }

ENTRY nvmlDeviceGetMemoryInfo(void *, Memory *bytes) { return answer("FACTORY_DOUBLE_USED_BYTES", &bytes->used); }

ENTRY nvmlDeviceGetPowerManagementLimitConstraints(void *, unsigned *lowest, unsigned *highest) {
    return has_range(*lowest, *highest) ? success : not_supported;
}

ENTRY nvmlDeviceGetPowerManagementDefaultLimit(void *, unsigned *milliwatts) {
    unsigned lowest = 0;
    return has_range(lowest, *milliwatts) ? success : not_supported;
}

ENTRY nvmlDeviceGetPowerManagementLimit(void *device, unsigned *milliwatts) {
    *milliwatts = set_limit;
    return *milliwatts != 0 ? success : nvmlDeviceGetPowerManagementDefaultLimit(device, milliwatts);
}

ENTRY nvmlDeviceSetPowerManagementLimit(void *, unsigned milliwatts) {
    unsigned lowest = 0, highest = 0;
    if (!has_range(lowest, highest)) {
        return not_supported;
    }
    if (std::getenv("FACTORY_DOUBLE_LIMIT_DENIED") != nullptr) {
        return no_permission;
    }
    if (milliwatts < lowest || milliwatts > highest) {
        return invalid_argument;
    }
    set_limit = milliwatts;
    return success;
}

ENTRY nvmlDeviceGetTotalEnergyConsumption(void *, unsigned long long *millijoules) { return answer("FACTORY_DOUBLE_MILLIJOULES", millijoules); }

ENTRY nvmlDeviceGetClockInfo(void *, int, unsigned *megahertz) { return answer("FACTORY_DOUBLE_SM_MEGAHERTZ", megahertz); }

ENTRY nvmlDeviceGetCurrentClocksEventReasons(void *, unsigned long long *reasons) { return answer("FACTORY_DOUBLE_SLOWED", reasons); }

ENTRY nvmlDeviceGetTotalEccErrors(void *, int, int, unsigned long long *count) { return answer("FACTORY_DOUBLE_ECC", count); }

ENTRY nvmlDeviceGetRemappedRows(void *, unsigned *corrected, unsigned *uncorrected, unsigned *pending, unsigned *failed) {
    *corrected = *uncorrected = *failed = 0;
    answer("FACTORY_DOUBLE_ROWS_FAILED", failed);
    return answer("FACTORY_DOUBLE_ROWS_PENDING", pending);
}

ENTRY nvmlEventSetCreate(void **set) {
    static int only;
    *set = &only;
    return success;
}

ENTRY nvmlDeviceRegisterEvents(void *, unsigned long long types, void *) {
    return std::getenv("FACTORY_DOUBLE_XID_FILE") != nullptr && types == critical_xid ? success : not_supported;
}

ENTRY nvmlEventSetWait_v2(void *, Event *event, unsigned milliseconds) {
    const char *path = std::getenv("FACTORY_DOUBLE_XID_FILE");
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    do {
        if (path != nullptr && take(path, event->data)) {
            event->type = critical_xid;
            return success;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    } while (std::chrono::steady_clock::now() < until);
    return timed_out;
}
