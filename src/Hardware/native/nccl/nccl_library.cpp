#include "nccl/nccl_library.h"

#include <dlfcn.h>
#include <map>
#include <memory>
#include <mutex>

#include "device.h"

namespace factory {

namespace {

template <typename Function> void find(Function *&function, void *library, const char *name) {
    void *address = dlsym(library, name);
    if (address == nullptr) {
        throw Failure{FACTORY_NO_NCCL, std::string("NCCL has no function ") + name + "; 2.14 and later have it"};
    }
    function = reinterpret_cast<Function *>(address);
}

} // namespace

const NcclLibrary &NcclLibrary::load(const char *library) {
    static std::mutex lock;
    static std::map<std::string, std::unique_ptr<NcclLibrary>> loaded;
    const std::string name = library != nullptr && *library != '\0' ? library : "libnccl.so.2";
    const std::lock_guard hold(lock);
    std::unique_ptr<NcclLibrary> &nccl = loaded[name];
    if (nccl == nullptr) {
        void *handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (handle == nullptr) {
            throw Failure{FACTORY_NO_NCCL, std::string("NCCL does not load: ") + dlerror()};
        }
        nccl.reset(new NcclLibrary(handle));
    }
    return *nccl;
}

NcclLibrary::NcclLibrary(void *library) {
    find(get_version, library, "ncclGetVersion");
    check(get_version(&version), "ncclGetVersion");
    if (version < nccl_oldest) {
        throw Failure{FACTORY_NO_NCCL, "NCCL has version " + std::to_string(version) + "; " + std::to_string(nccl_oldest) + " or later is needed"};
    }
    find(get_unique_id, library, "ncclGetUniqueId");
    find(comm_init, library, "ncclCommInitRankConfig");
    find(comm_async_error, library, "ncclCommGetAsyncError");
    find(comm_finalize, library, "ncclCommFinalize");
    find(comm_destroy, library, "ncclCommDestroy");
    find(comm_abort, library, "ncclCommAbort");
    find(group_start, library, "ncclGroupStart");
    find(group_end, library, "ncclGroupEnd");
    find(all_reduce, library, "ncclAllReduce");
    find(all_gather, library, "ncclAllGather");
    find(broadcast, library, "ncclBroadcast");
    find(error_text, library, "ncclGetErrorString");
    find(last_error, library, "ncclGetLastError");
}

void NcclLibrary::check(NcclResult result, const char *call, NcclComm comm) const {
    if (result == nccl_success || result == nccl_in_progress) {
        return;
    }
    std::string text = std::string(call) + ": NCCL's error " + std::to_string(result);
    if (error_text != nullptr) {
        text += std::string(", ") + error_text(result);
    }
    if (last_error != nullptr) {
        const char *more = last_error(comm);
        text += more != nullptr && *more != '\0' ? std::string(": ") + more : "";
    }
    throw Failure{FACTORY_NCCL_FAILED, text};
}

} // namespace factory
