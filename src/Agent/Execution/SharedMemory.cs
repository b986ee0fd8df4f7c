using System.IO.MemoryMappedFiles;

namespace ControlPlane.Agent.Execution;

/// <summary>
/// Memory that an agent and one of its executors both map, so that bulk data takes one copy and no socket. Two slots each
/// way: one is filled while the other is emptied.
/// </summary>
internal sealed unsafe class SharedMemory : IDisposable
{
    /// <summary>Bytes of a slot. Four times as many were no faster, a quarter a third slower; so a node of eight devices stays within the 64 MiB that containers give to shared memory.</summary>
    public const int SlotBytes = 1 << 20;

    /// <summary>Slots of each direction.</summary>
    public const int SlotsEachWay = 2;

    private const long TotalBytes = 2L * SlotsEachWay * SlotBytes;
    private const string SharedFolder = "/dev/shm";

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _first;
    private readonly string? _path;

    private SharedMemory(FileStream stream, string? path)
    {
        _path = path;
        _file = MemoryMappedFile.CreateFromFile(stream, null, TotalBytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, TotalBytes);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _first);
    }

    /// <summary>New memory, and the path by which an executor opens it while this process holds it.</summary>
    public static (SharedMemory Memory, string Path) Create()
    {
        var name = $"factory-agent-{Guid.NewGuid():N}";
        var folders = Directory.Exists(SharedFolder) ? new[] { SharedFolder, Path.GetTempPath() } : [Path.GetTempPath()];
        foreach (var folder in folders)
        {
            var path = Path.Combine(folder, name);
            try
            {
                return Nameless(new FileStream(path, NewFile()), path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException && folder != folders[^1])
            {
                File.Delete(path); // No room in memory: an ordinary file will do.
            }
        }
        throw new InvalidOperationException("There is no folder for shared memory.");
    }

    /// <summary>What an agent has created.</summary>
    public static SharedMemory Open(string path) => new(new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite), null);

    /// <summary>One slot; 0 and 1 go from executor to agent, 2 and 3 the other way.</summary>
    public Span<byte> Slot(uint number)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, 2u * SlotsEachWay);
        return new(_first + (number * SlotBytes), SlotBytes);
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        if (_path is not null)
            File.Delete(_path);
    }

    // A file without a name goes with its processes, however they end; the agent's open handle leads the executor to it.
    private static (SharedMemory Memory, string Path) Nameless(FileStream stream, string path)
    {
        if (!OperatingSystem.IsLinux())
            return (new SharedMemory(stream, path), path);
        File.Delete(path);
        return (new SharedMemory(stream, null), FormattableString.Invariant($"/proc/{Environment.ProcessId}/fd/{stream.SafeFileHandle.DangerousGetHandle()}"));
    }

    // Room is taken at once: what is mapped and cannot be written ends a process without a word.
    private static FileStreamOptions NewFile()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            PreallocationSize = TotalBytes,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
