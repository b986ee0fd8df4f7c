using System.IO.MemoryMappedFiles;

using Microsoft.Win32.SafeHandles;

namespace ControlPlane.Hardware.Interop;

/// <summary>Memory in slots that two processes of a machine both map, so that bulk data takes one copy and no socket.</summary>
public sealed unsafe class SharedMemory : IDisposable
{
    private const string SharedFolder = "/dev/shm";

    private readonly uint _slots;
    private readonly int _slotBytes;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _first;
    private readonly string? _path;

    private SharedMemory(FileStream stream, string? path, int slots, int slotBytes)
    {
        (_path, _slots, _slotBytes) = (path, (uint)slots, slotBytes);
        _file = MemoryMappedFile.CreateFromFile(stream, null, (long)slots * slotBytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, (long)slots * slotBytes);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _first);
    }

    /// <summary>New memory, and the path by which another process opens it while this one holds it.</summary>
    /// <param name="slots">How many slots.</param>
    /// <param name="slotBytes">Bytes of each.</param>
    /// <exception cref="IOException">No folder has room for it.</exception>
    public static (SharedMemory Memory, string Path) Create(int slots, int slotBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slots);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slotBytes);
        var name = $"factory-agent-{Guid.NewGuid():N}";
        var folders = Directory.Exists(SharedFolder) ? new[] { SharedFolder, Path.GetTempPath() } : [Path.GetTempPath()];
        foreach (var folder in folders)
        {
            var path = Path.Combine(folder, name);
            try
            {
                return Nameless(new FileStream(path, NewFile((long)slots * slotBytes)), path, slots, slotBytes);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException && folder != folders[^1])
            {
                File.Delete(path); // No room in memory: an ordinary file will do.
            }
        }
        throw new InvalidOperationException("There is no folder for shared memory.");
    }

    /// <summary>What another process has created, with as many slots of the same size.</summary>
    /// <param name="path">Its path, or <c>fd:N</c> for a descriptor that this process was given.</param>
    /// <param name="slots">How many slots.</param>
    /// <param name="slotBytes">Bytes of each.</param>
    /// <exception cref="IOException">It cannot be opened, or is too small.</exception>
    public static SharedMemory Open(string path, int slots, int slotBytes)
    {
        var stream = GivenDescriptor.Parse(path) is { } number
            ? new FileStream(new SafeFileHandle(number, ownsHandle: true), FileAccess.ReadWrite)
            : new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (stream.Length >= (long)slots * slotBytes)
            return new(stream, null, slots, slotBytes);
        stream.Dispose();
        throw new IOException($"{path} is too small for {slots} slots of {slotBytes} bytes.");
    }

    /// <summary>One slot.</summary>
    public Span<byte> Slot(uint number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, _slots);
        return new(_first + ((long)number * _slotBytes), _slotBytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_view.SafeMemoryMappedViewHandle.IsClosed)
            return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        if (_path is not null)
            File.Delete(_path);
    }

    // A file without a name goes with its processes, however they end; its maker's open handle leads the other to it.
    private static (SharedMemory Memory, string Path) Nameless(FileStream stream, string path, int slots, int slotBytes)
    {
        if (!OperatingSystem.IsLinux())
            return (new SharedMemory(stream, path, slots, slotBytes), path);
        File.Delete(path);
        return (new SharedMemory(stream, null, slots, slotBytes), FormattableString.Invariant($"/proc/{Environment.ProcessId}/fd/{stream.SafeFileHandle.DangerousGetHandle()}"));
    }

    // Room is taken at once: what is mapped and cannot be written ends a process without a word.
    private static FileStreamOptions NewFile(long bytes)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            PreallocationSize = bytes,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
