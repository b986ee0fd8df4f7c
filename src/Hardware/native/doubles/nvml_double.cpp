// A double of NVML whose readings come from the environment; one that is not set is not supported, as on a
// card without that sensor. FACTORY_DOUBLE_MILLIWATTS, _CELSIUS, _PERCENT, _USED_BYTES, _SM_MEGAHERTZ, _SLOWED,
// _ECC, _ROWS_PENDING and _ROWS_FAILED. With FACTORY_DOUBLE_LIMIT_RANGE=<lowest>:<highest> in milliwatts its power
// limit can be set, the highest being the default, and it draws no more than that; not with _LIMIT_DENIED set. With
// FACTORY_DOUBLE_LIMIT_FILE a limit outlives the process that set it, as on a card.
// FACTORY_DOUBLE_PCIE=<generation>:<lanes>:<most generation>:<most lanes>:<replays> and
// FACTORY_DOUBLE_NVLINK=<links>:<up>:<errors of each kind on each>:<KiB sent>:<KiB received> give it links,
// FACTORY_DOUBLE_MEMORY_CELSIUS and _MEMORY_MEGAHERTZ memory that is read.
// FACTORY_DOUBLE_XID_FILE: a fault whose number is written there is reported once, and the file is gone.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
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

std::atomic<unsigned> own_limit{0}; // 0 while none was set.

unsigned limit_set() {
    const char *path = std::getenv("FACTORY_DOUBLE_LIMIT_FILE");
    std::FILE *file = path == nullptr ? nullptr : std::fopen(path, "r");
    unsigned limit = own_limit;
    if (file != nullptr) {
        if (std::fscanf(file, "%u", &limit) != 1) {
            limit = own_limit;
        }
        std::fclose(file);
    }
    return limit;
}

void set_limit(unsigned milliwatts) {
    own_limit = milliwatts;
    const char *path = std::getenv("FACTORY_DOUBLE_LIMIT_FILE");
    std::FILE *file = path == nullptr ? nullptr : std::fopen(path, "w");
    if (file != nullptr) {
        std::fprintf(file, "%u", milliwatts);
        std::fclose(file);
    }
}

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

// One of the numbers of a list with colons.
int one_of(const char *name, unsigned place, unsigned long long &value) {
    const char *text = std::getenv(name);
    for (; text != nullptr && place > 0; place--) {
        text = std::strchr(text, ':');
        text = text == nullptr ? nullptr : text + 1;
    }
    if (text == nullptr) {
        return not_supported;
    }
    value = std::strtoull(text, nullptr, 10);
    return success;
}

int pcie(unsigned place, unsigned *value) {
    unsigned long long number = 0;
    const int status = one_of("FACTORY_DOUBLE_PCIE", place, number);
    *value = static_cast<unsigned>(number);
    return status;
}

int nvlink(unsigned place, unsigned long long &value) { return one_of("FACTORY_DOUBLE_NVLINK", place, value); }

struct FieldValue {
    unsigned field, scope;
    long long microseconds, latency;
    int kind, status;
    union {
        unsigned word;
        unsigned long long widest;
    } value;
};

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
    const unsigned limit = limit_set();
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
    *milliwatts = limit_set();
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
    set_limit(milliwatts);
    return success;
}

ENTRY nvmlDeviceGetTotalEnergyConsumption(void *, unsigned long long *millijoules) { return answer("FACTORY_DOUBLE_MILLIJOULES", millijoules); }

ENTRY nvmlDeviceGetClockInfo(void *, int kind, unsigned *megahertz) {
    constexpr int memory_clock = 2;
    return answer(kind == memory_clock ? "FACTORY_DOUBLE_MEMORY_MEGAHERTZ" : "FACTORY_DOUBLE_SM_MEGAHERTZ", megahertz);
}

ENTRY nvmlDeviceGetCurrPcieLinkGeneration(void *, unsigned *value) { return pcie(0, value); }

ENTRY nvmlDeviceGetCurrPcieLinkWidth(void *, unsigned *value) { return pcie(1, value); }

ENTRY nvmlDeviceGetMaxPcieLinkGeneration(void *, unsigned *value) { return pcie(2, value); }

ENTRY nvmlDeviceGetMaxPcieLinkWidth(void *, unsigned *value) { return pcie(3, value); }

ENTRY nvmlDeviceGetPcieReplayCounter(void *, unsigned *value) { return pcie(4, value); }

ENTRY nvmlDeviceGetNvLinkState(void *, unsigned link, int *is_up) {
    unsigned long long links = 0, up = 0;
    if (nvlink(0, links) != success || nvlink(1, up) != success || link >= links) {
        return not_supported;
    }
    *is_up = link < up;
    return success;
}

ENTRY nvmlDeviceGetNvLinkErrorCounter(void *, unsigned, int, unsigned long long *count) { return nvlink(2, *count); }

ENTRY nvmlDeviceGetFieldValues(void *, int count, FieldValue *fields) {
    constexpr unsigned memory_temperature = 82, nvlink_sent = 138, nvlink_received = 139;
    for (FieldValue *field = fields; field < fields + count; field++) {
        field->kind = field->field == memory_temperature ? 1 : 3;
        switch (field->field) {
        case memory_temperature: field->status = answer("FACTORY_DOUBLE_MEMORY_CELSIUS", &field->value.word); break;
        case nvlink_sent: field->status = nvlink(3, field->value.widest); break;
        case nvlink_received: field->status = nvlink(4, field->value.widest); break;
        default: field->status = not_supported;
        }
    }
    return success;
}

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
