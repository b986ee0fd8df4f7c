// The few entry points of NCCL that we use, with prototypes of our own after its public documentation: the library is
// found at run time, and nothing of NVIDIA's is needed to build.
#pragma once

#include <cstddef>
#include <string>

#include "cuda/cuda_driver.h"

namespace factory {

using NcclResult = int;
using NcclComm = struct NcclCommHandle *;

constexpr NcclResult nccl_success = 0;
constexpr NcclResult nccl_in_progress = 7;
constexpr int nccl_float32 = 7;
constexpr int nccl_sum = 0;

// 2.14.0 as ncclGetVersion writes it: the first that can be waited for with a time limit.
constexpr int nccl_oldest = 21400;

struct NcclUniqueId {
    char bytes[128];
};

// The configuration as 2.14 had it. Later libraries take what they added to it since for left out, going by the version.
struct NcclConfig {
    std::size_t size = sizeof(NcclConfig);
    unsigned magic = 0xcafebeef;
    unsigned version = nccl_oldest;
    int blocking = 0;
    int unused = 0;
};

class NcclLibrary {
public:
    // Throws Failure FACTORY_NO_NCCL when the library or one of its functions is missing, or it is too old. The library is
    // never unloaded: it keeps threads of its own.
    static const NcclLibrary &load(const char *library);

    // Throws a Failure that names the call and gives NCCL's own text. Being under way is no failure.
    void check(NcclResult result, const char *call, NcclComm comm = nullptr) const;

    int version = 0; // 10000 * major + 100 * minor + patch

    NcclResult (*get_version)(int *version) = nullptr;
    NcclResult (*get_unique_id)(NcclUniqueId *id);
    NcclResult (*comm_init)(NcclComm *comm, int ranks, NcclUniqueId id, int rank, NcclConfig *config);
    NcclResult (*comm_async_error)(NcclComm comm, NcclResult *error);
    NcclResult (*comm_finalize)(NcclComm comm);
    NcclResult (*comm_destroy)(NcclComm comm);
    NcclResult (*comm_abort)(NcclComm comm);
    NcclResult (*group_start)();
    NcclResult (*group_end)();
    NcclResult (*all_reduce)(const void *input, void *output, std::size_t count, int type, int operation, NcclComm comm, CuStream stream);
    NcclResult (*all_gather)(const void *input, void *output, std::size_t count, int type, NcclComm comm, CuStream stream);
    NcclResult (*broadcast)(const void *input, void *output, std::size_t count, int type, int root, NcclComm comm, CuStream stream);
    const char *(*error_text)(NcclResult result) = nullptr;
    const char *(*last_error)(NcclComm comm) = nullptr;

private:
    explicit NcclLibrary(void *library);
};

} // namespace factory
