/* The C interface of the compute library. Plain C: opaque handles, int status, structs that begin
 * with their own size so that fields can be added, and no C++ exception ever crosses it. */
#ifndef FACTORY_GPU_H
#define FACTORY_GPU_H

#include <stdint.h>

#define FACTORY_ABI_VERSION 5
#define FACTORY_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

typedef struct factory_device factory_device;
typedef struct factory_buffer factory_buffer;
typedef struct factory_communicator factory_communicator;

enum {
    FACTORY_BACKEND_CPU = 1,        /* fissioned loops where a kernel has them, fibres elsewhere */
    FACTORY_BACKEND_CPU_FIBRES = 2, /* every kernel with barriers on fibres: exact semantics */
    FACTORY_BACKEND_CUDA = 3
};

/* 0 is success, 1..999 are the CUDA driver's own CUresult values, and from 1000 they are ours. */
enum {
    FACTORY_OK = 0,
    FACTORY_BAD_PARAMETER = 1000,
    FACTORY_NO_DRIVER = 1001,
    FACTORY_NO_DEVICE = 1002,
    FACTORY_NO_KERNEL = 1003,
    FACTORY_DIVERGENT_BARRIER = 1004,
    FACTORY_OUT_OF_MEMORY = 1005,
    FACTORY_STOPPED = 1006,
    FACTORY_BAD_HANDLE = 1007,      /* closed, never given out, or of another kind */
    FACTORY_NOT_SUPPORTED = 1008,   /* by this device, its driver, or without NVML */
    FACTORY_NOT_PERMITTED = 1009,   /* to this user: power limits need the rights of root */
    FACTORY_NO_NCCL = 1020,         /* it is not installed, too old, or not of this kind of device */
    FACTORY_NCCL_FAILED = 1021,     /* as NCCL itself says */
    FACTORY_TIMED_OUT = 1022,
    FACTORY_INTERNAL = 1099
};

typedef struct {
    uint32_t size;
    uint32_t backend;
    uint32_t index;
    uint32_t threads;           /* CPU back ends: worker threads, 0 for one per processor */
    const char *driver_library; /* CUDA: the driver's file name, NULL for libcuda.so.1 */
    const char *ptx;            /* CUDA: the kernels as NUL-terminated PTX text */
    const char *nvml_library;   /* CUDA: NVML's file name, NULL for libnvidia-ml.so.1 */
} factory_device_options;

typedef struct {
    uint32_t size;
    uint32_t backend;
    uint32_t index;
    uint32_t multiprocessors;
    uint64_t memory_bytes;
    int32_t driver_version;     /* CUDA: 1000 * major + 10 * minor, else 0 */
    uint32_t capability;        /* CUDA: 10 * major + minor of the compute capability, else 0 */
    char name[128];
    char uuid[48];
} factory_device_info;

/* A negative reading is unknown. */
typedef struct {
    uint32_t size;
    uint32_t reserved;
    double power_watts;
    double temperature_celsius;
    double utilisation;         /* 0 to 1 */
    int64_t memory_used_bytes;
    double limit_watts;         /* the power limit that is set */
    double lowest_limit_watts;  /* and the range that the card accepts */
    double highest_limit_watts;
    double default_limit_watts; /* the one after a reset */
    double energy_joules;       /* drawn since the driver was loaded */
    double sm_clock_megahertz;
    int64_t slowed_because;     /* NVML's bits: 0x4 software power cap, 0x8 hardware slowdown, 0x20 and 0x40 heat ... */
    int64_t uncorrected_errors; /* ECC, since the driver was loaded */
    int32_t rows_pending;       /* 1: memory rows are to be remapped at the next reset */
    int32_t rows_failed;        /* 1: a remapping failed, the card must be replaced */
    double memory_temperature_celsius;
    double memory_clock_megahertz;
    int32_t pcie_generation;    /* as the link runs now; an idle card may lower it to save power */
    int32_t pcie_lanes;
    int32_t most_pcie_generation; /* what card and slot can do together */
    int32_t most_pcie_lanes;
    int64_t pcie_replays;       /* packets sent again, since the driver was loaded */
    int32_t nvlinks;            /* links that the card has */
    int32_t nvlinks_up;         /* and those that carry traffic */
    int64_t nvlink_errors;      /* replays and recoveries on all of them, since the driver was loaded */
    int64_t nvlink_crc_errors;
    int64_t nvlink_sent_bytes;  /* payload on all of them, since the driver was loaded */
    int64_t nvlink_received_bytes;
} factory_readings;

typedef struct {
    uint32_t size;
    uint32_t grid_x;
    uint32_t grid_y;
    uint32_t block_x;
    const char *kernel;
    const uint64_t *arguments;  /* one 8-byte slot an argument, the value in its low bytes */
    uint32_t argument_count;
    uint32_t reserved;
} factory_launch;

enum {
    FACTORY_ALL_REDUCE = 0,
    FACTORY_ALL_GATHER = 1,
    FACTORY_BROADCAST = 2           /* from rank 0 */
};

typedef struct {
    uint32_t size;
    uint32_t rank;
    uint32_t ranks;
    uint32_t timeout_milliseconds; /* most time without progress, 1 to 3600000 */
    const char *nccl_library;      /* NCCL's file name, NULL for libnccl.so.2 */
    uint8_t unique_id[128];        /* the same on all ranks */
} factory_communicator_options;

/* Single-precision floats; sums are added in NCCL's order. */
typedef struct {
    uint32_t size;
    uint32_t operation;
    factory_buffer *input;         /* both of the communicator's device, each of at least so many floats, and two */
    factory_buffer *output;
    uint64_t floats;               /* of the result; rank r gives those from floats*r/ranks on to an all-gather */
    uint32_t repetitions;          /* 1 or more */
    uint32_t reserved;
} factory_collective;

/* Called once per submission on a thread of the library; seconds is device time. It may call the library, but
 * not close its own device. */
typedef void (*factory_completion)(void *context, int status, double seconds);

FACTORY_API int factory_abi_version(void);
FACTORY_API const char *factory_status_name(int status);

FACTORY_API int factory_device_count(uint32_t backend, const char *driver_library, uint32_t *count);
FACTORY_API int factory_device_open(const factory_device_options *options, factory_device **device);
FACTORY_API int factory_device_describe(factory_device *device, factory_device_info *info);
/* Needs no driver context: also answers while a kernel runs or after a sticky error. */
FACTORY_API int factory_device_read(factory_device *device, factory_readings *readings);
/* Sets the most that the device may draw; 0 sets the default again. Outside the range that the card accepts the call
 * is refused with FACTORY_BAD_PARAMETER and nothing changes. Needs no driver context either. */
FACTORY_API int factory_device_limit(factory_device *device, double watts);
/* Waits for the next critical fault that the driver reports of the device, by its Xid number; -1 when none comes in time,
 * which is at most 10000 ms. FACTORY_NOT_SUPPORTED where faults are not reported. Needs no driver context either, and
 * holds up nothing but the device's closing. */
FACTORY_API int factory_device_fault(factory_device *device, uint32_t timeout_milliseconds, int64_t *xid);
/* Loads more kernels, PTX as NUL-terminated text, under a name of 1 to 64 characters without '/'. A launch then names
 * one of them NAME/ENTRY. What the driver says of PTX that it refuses is the device's error. FACTORY_NOT_SUPPORTED where
 * PTX does not run. They go with the device. */
FACTORY_API int factory_device_load(factory_device *device, const char *name, const char *ptx);
/* Stops waiting for a kernel that does not end: its submission completes with FACTORY_STOPPED. Refused while the
 * device has open buffers. Calls under way on other threads end first. */
FACTORY_API int factory_device_close(factory_device *device);
/* What the last failure on this device was, for a person; with a null device, what this thread's last call failed
 * of that found no device to remember it. */
FACTORY_API int factory_device_error(factory_device *device, char *text, uint32_t capacity);

FACTORY_API int factory_buffer_create(factory_device *device, uint64_t bytes, factory_buffer **buffer);
FACTORY_API int factory_buffer_address(factory_buffer *buffer, uint64_t *address);
FACTORY_API int factory_buffer_upload(factory_buffer *buffer, uint64_t offset, const void *source, uint64_t bytes);
FACTORY_API int factory_buffer_download(factory_buffer *buffer, uint64_t offset, void *target, uint64_t bytes);
/* The memory goes once all work that was submitted before has ended. */
FACTORY_API int factory_buffer_close(factory_buffer *buffer);

/* Runs the launches in order. Names and arguments are copied before the call returns. */
FACTORY_API int factory_submit(factory_device *device, const factory_launch *launches, uint32_t count,
                               factory_completion completion, void *context);

/* NCCL is found at run time. Without it: FACTORY_NO_NCCL. A version is 10000 * major + 100 * minor + patch. */
FACTORY_API int factory_nccl_version(const char *nccl_library, int32_t *version);
/* By which one rank's choosing all find each other; their ring begins in this process, which must last as long. */
FACTORY_API int factory_nccl_unique_id(const char *nccl_library, uint8_t *unique_id, uint32_t capacity);
/* Begins to meet the other ranks and returns at once. FACTORY_NO_NCCL on devices of other kinds than CUDA. */
FACTORY_API int factory_communicator_create(factory_device *device, const factory_communicator_options *options,
                                            factory_communicator **communicator);
/* Waits for the other ranks, runs the collective on the device's stream and says how long the device took for all
 * repetitions. One at a time. Whatever fails breaks the communicator, also the other ranks' after their time limits. */
FACTORY_API int factory_communicator_run(factory_communicator *communicator, const factory_collective *collective, double *seconds);
/* Ends what runs, from any thread, with FACTORY_STOPPED, and breaks the communicator. */
FACTORY_API int factory_communicator_abort(factory_communicator *communicator);
/* Ends what runs, and the communicator. A device with open ones cannot be closed. */
FACTORY_API int factory_communicator_close(factory_communicator *communicator);

#ifdef __cplusplus
}
#endif
#endif
