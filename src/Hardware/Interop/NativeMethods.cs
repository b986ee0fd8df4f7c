using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace ControlPlane.Hardware.Interop;

// The declarations of native/include/factory_gpu.h. Change both together, and the version in both.
internal static unsafe partial class NativeMethods
{
    public const string Library = "factory_gpu";
    public const int AbiVersion = 5;

    public const uint BackendCpu = 1;
    public const uint BackendCpuFibres = 2;
    public const uint BackendCuda = 3;

    [StructLayout(LayoutKind.Sequential)]
    public struct DeviceOptions
    {
        public uint Size;
        public uint Backend;
        public uint Index;
        public uint Threads;
        public byte* DriverLibrary;
        public byte* Ptx;
        public byte* NvmlLibrary;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Readings
    {
        public uint Size;
        public uint Reserved;
        public double PowerWatts;
        public double TemperatureCelsius;
        public double Utilisation;
        public long MemoryUsedBytes;
        public double LimitWatts;
        public double LowestLimitWatts;
        public double HighestLimitWatts;
        public double DefaultLimitWatts;
        public double EnergyJoules;
        public double SmClockMegahertz;
        public long SlowedBecause;
        public long UncorrectedErrors;
        public int RowsPending;
        public int RowsFailed;
        public double MemoryTemperatureCelsius;
        public double MemoryClockMegahertz;
        public int PcieGeneration;
        public int PcieLanes;
        public int MostPcieGeneration;
        public int MostPcieLanes;
        public long PcieReplays;
        public int NvLinks;
        public int NvLinksUp;
        public long NvLinkErrors;
        public long NvLinkCrcErrors;
        public long NvLinkSentBytes;
        public long NvLinkReceivedBytes;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct DeviceInfo
    {
        public uint Size;
        public uint Backend;
        public uint Index;
        public uint Multiprocessors;
        public ulong MemoryBytes;
        public int DriverVersion;
        public uint Capability;
        public fixed byte Name[128];
        public fixed byte Uuid[48];
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Launch
    {
        public uint Size;
        public uint GridX;
        public uint GridY;
        public uint BlockX;
        public byte* Kernel;
        public ulong* Arguments;
        public uint ArgumentCount;
        public uint Reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct CommunicatorOptions
    {
        public uint Size;
        public uint Rank;
        public uint Ranks;
        public uint TimeoutMilliseconds;
        public byte* NcclLibrary;
        public fixed byte UniqueId[128];
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Collective
    {
        public uint Size;
        public uint Operation;
        public nint Input;
        public nint Output;
        public ulong Floats;
        public uint Repetitions;
        public uint Reserved;
    }

    [LibraryImport(Library, EntryPoint = "factory_abi_version")]
    public static partial int GetAbiVersion();

    [LibraryImport(Library, EntryPoint = "factory_status_name")]
    public static partial byte* StatusName(int status);

    [LibraryImport(Library, EntryPoint = "factory_device_count")]
    public static partial int DeviceCount(uint backend, byte* driverLibrary, out uint count);

    [LibraryImport(Library, EntryPoint = "factory_device_open")]
    public static partial int DeviceOpen(in DeviceOptions options, out DeviceHandle device);

    [LibraryImport(Library, EntryPoint = "factory_device_describe")]
    public static partial int DeviceDescribe(DeviceHandle device, ref DeviceInfo info);

    [LibraryImport(Library, EntryPoint = "factory_device_read")]
    public static partial int DeviceRead(DeviceHandle device, ref Readings readings);

    [LibraryImport(Library, EntryPoint = "factory_device_limit")]
    public static partial int DeviceLimit(DeviceHandle device, double watts);

    [LibraryImport(Library, EntryPoint = "factory_device_fault")]
    public static partial int DeviceFault(DeviceHandle device, uint timeoutMilliseconds, out long xid);

    [LibraryImport(Library, EntryPoint = "factory_device_load")]
    public static partial int DeviceLoad(DeviceHandle device, byte* name, byte* ptx);

    [LibraryImport(Library, EntryPoint = "factory_device_close")]
    public static partial int DeviceClose(nint device);

    [LibraryImport(Library, EntryPoint = "factory_device_error")]
    public static partial int DeviceError(DeviceHandle device, byte* text, uint capacity);

    // No device yet: what the calling thread's last DeviceCount or DeviceOpen failed of.
    [LibraryImport(Library, EntryPoint = "factory_device_error")]
    public static partial int OpeningError(nint none, byte* text, uint capacity);

    [LibraryImport(Library, EntryPoint = "factory_buffer_create")]
    public static partial int BufferCreate(DeviceHandle device, ulong bytes, out BufferHandle buffer);

    [LibraryImport(Library, EntryPoint = "factory_buffer_address")]
    public static partial int BufferAddress(BufferHandle buffer, out ulong address);

    [LibraryImport(Library, EntryPoint = "factory_buffer_upload")]
    public static partial int BufferUpload(BufferHandle buffer, ulong offset, byte* source, ulong bytes);

    [LibraryImport(Library, EntryPoint = "factory_buffer_download")]
    public static partial int BufferDownload(BufferHandle buffer, ulong offset, byte* target, ulong bytes);

    [LibraryImport(Library, EntryPoint = "factory_buffer_close")]
    public static partial int BufferClose(nint buffer);

    [LibraryImport(Library, EntryPoint = "factory_submit")]
    public static partial int Submit(
        DeviceHandle device, Launch* launches, uint count, delegate* unmanaged[Cdecl]<nint, int, double, void> completion, nint context);

    [LibraryImport(Library, EntryPoint = "factory_nccl_version")]
    public static partial int NcclVersion(byte* ncclLibrary, out int version);

    [LibraryImport(Library, EntryPoint = "factory_nccl_unique_id")]
    public static partial int NcclUniqueId(byte* ncclLibrary, byte* uniqueId, uint capacity);

    [LibraryImport(Library, EntryPoint = "factory_communicator_create")]
    public static partial int CommunicatorCreate(DeviceHandle device, in CommunicatorOptions options, out CommunicatorHandle communicator);

    [LibraryImport(Library, EntryPoint = "factory_communicator_run")]
    public static partial int CommunicatorRun(CommunicatorHandle communicator, in Collective collective, out double seconds);

    [LibraryImport(Library, EntryPoint = "factory_communicator_abort")]
    public static partial int CommunicatorAbort(CommunicatorHandle communicator);

    [LibraryImport(Library, EntryPoint = "factory_communicator_close")]
    public static partial int CommunicatorClose(nint communicator);
}
