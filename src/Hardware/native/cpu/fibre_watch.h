// Tells the sanitizers, where one is built in, that execution moves to another stack.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define FACTORY_WATCH_ADDRESSES 1
#elif defined(__SANITIZE_THREAD__)
#define FACTORY_WATCH_THREADS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FACTORY_WATCH_ADDRESSES 1
#elif __has_feature(thread_sanitizer)
#define FACTORY_WATCH_THREADS 1
#endif
#endif

#if defined(FACTORY_WATCH_ADDRESSES)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#elif defined(FACTORY_WATCH_THREADS)
#include <sanitizer/tsan_interface.h>
#endif

namespace factory {

// Sanitizers put room around every variable.
#if defined(FACTORY_WATCH_ADDRESSES) || defined(FACTORY_WATCH_THREADS)
constexpr std::size_t fibre_stack_bytes = 256 * 1024;
#else
constexpr std::size_t fibre_stack_bytes = 32 * 1024;
#endif

// For functions that are entered on one stack and left on another, or never: the thread sanitizer would take what it
// noted of them off the wrong one.
#if defined(FACTORY_WATCH_THREADS)
#define FACTORY_UNNOTED __attribute__((no_sanitize("thread")))
#else
#define FACTORY_UNNOTED
#endif

// One stack as a sanitizer sees it: a fibre's, or the scheduler's own.
struct WatchedStack {
    const void *bottom = nullptr;
    std::size_t bytes = 0;
    void *shadow = nullptr;

#if defined(FACTORY_WATCH_THREADS)
    // A fibre left in the middle is begun anew without returning, so what was noted of its calls is thrown away.
    void begin_anew(void *, std::size_t, bool ended) {
        if (shadow == nullptr || !ended) {
            end();
            shadow = __tsan_create_fiber(0);
        }
    }
    void end() {
        if (shadow != nullptr) {
            __tsan_destroy_fiber(shadow);
            shadow = nullptr;
        }
    }
    void note_current() { shadow = __tsan_get_current_fiber(); }
    FACTORY_UNNOTED void leaving_for(WatchedStack &target, bool) { __tsan_switch_to_fiber(target.shadow, 0); }
    void arrived_from(WatchedStack *) {}
#elif defined(FACTORY_WATCH_ADDRESSES)
    // Frames that were never left are still marked.
    void begin_anew(void *stack, std::size_t size, bool) {
        bottom = stack;
        bytes = size;
        shadow = nullptr;
        __asan_unpoison_memory_region(stack, size);
    }
    void end() {}
    void note_current() {}
    void leaving_for(WatchedStack &target, bool for_good) {
        __sanitizer_start_switch_fiber(for_good ? nullptr : &shadow, target.bottom, target.bytes);
    }
    // Notes where the stack left lies, because the scheduler's is the thread's own.
    void arrived_from(WatchedStack *left) {
        const void *bottom = nullptr;
        std::size_t size = 0;
        __sanitizer_finish_switch_fiber(shadow, &bottom, &size);
        if (left != nullptr) {
            left->bottom = bottom;
            left->bytes = size;
        }
    }
#else
    void begin_anew(void *, std::size_t, bool) {}
    void end() {}
    void note_current() {}
    void leaving_for(WatchedStack &, bool) {}
    void arrived_from(WatchedStack *) {}
#endif
};

} // namespace factory
