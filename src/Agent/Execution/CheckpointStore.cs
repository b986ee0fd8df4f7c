using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

using ControlPlane.Hardware.Programs;
using ControlPlane.Hardware.Protocol;

using Google.Protobuf;

namespace ControlPlane.Agent.Execution;

/// <summary>
/// The newest checkpoint of each program, a file a job beside the agent's journal. A file is written whole and swapped in
/// by a rename, so that a crash leaves the old or the new one; what does not add up is taken for none.
/// </summary>
/// <param name="folder">Null where the agent keeps nothing.</param>
internal sealed class CheckpointStore(string? folder, TimeProvider clock)
{
    /// <summary>What nobody came back for in so long is deleted: its job went on elsewhere, or was cancelled.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private const int CrcBytes = 4;

    /// <summary>The store beside a journal.</summary>
    public static CheckpointStore Beside(string? journal, TimeProvider clock) => new(journal is null ? null : journal + "-checkpoints", clock);

    /// <summary>The newest checkpoint of a lease's program, or null; one of another program under the same name is none.</summary>
    public CheckpointHead? Find(Lease lease)
    {
        if (folder is null || lease.Program is null || !File.Exists(PathOf(lease.Job)))
            return null;
        try
        {
            using var file = File.OpenRead(PathOf(lease.Job));
            var head = CheckpointHead.Parser.ParseDelimitedFrom(file);
            return head.Job == lease.Job && head.Program == ProgramMessages.Fingerprint(lease.Program) && file.Length - file.Position == head.DataBytes + CrcBytes ? head : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>The data of what <see cref="Find"/> found, checked at its end.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public CheckpointReader Open(string job) => new(Guarded(() => File.OpenRead(PathOf(job))));

    /// <summary>Begins to write a checkpoint; it counts once <see cref="CheckpointWriter.Commit"/> has returned.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public CheckpointWriter Create(CheckpointHead head)
    {
        if (folder is null)
            throw new IOException("the agent keeps none: start it with --journal");
        return Guarded(() =>
        {
            PrivateFile.CreateFolder(folder);
            DeleteOld();
            return new CheckpointWriter(PathOf(head.Job), head);
        });
    }

    /// <summary>Forgets a job's checkpoint: its work is over.</summary>
    public void Drop(string job)
    {
        if (folder is null || !Directory.Exists(folder))
            return;
        try
        {
            File.Delete(PathOf(job));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It grows old and goes then.
        }
    }

    private void DeleteOld()
    {
        foreach (var file in Directory.GetFiles(folder!))
        {
            if (clock.GetUtcNow() - File.GetLastWriteTimeUtc(file) > Kept)
                File.Delete(file);
        }
    }

    // Jobs' names make file names, but long ones would not fit.
    private string PathOf(string job) => Path.Combine(folder!, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(job)).AsSpan(0, 16)));

    private static T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>CRC-32C (Castagnoli, as in RFC 3720) going on from one over the bytes before.</summary>
    internal static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, rest);
        return crc;
    }
}

/// <summary>A checkpoint's file while it is written.</summary>
internal sealed class CheckpointWriter : IDisposable
{
    private readonly string _path;
    private readonly CheckpointHead _head;
    private readonly FileStream _file;
    private uint _crc;
    private long _written;

    public CheckpointWriter(string path, CheckpointHead head)
    {
        (_path, _head) = (path, head);
        _file = PrivateFile.Create(path + ".new");
        head.WriteDelimitedTo(_file);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _head.DataBytes - _written)
            throw new IOException(FormattableString.Invariant($"more than the {_head.DataBytes} bytes that were announced came"));
        _crc = CheckpointStore.Crc(_crc, bytes);
        _written += bytes.Length;
        _file.Write(bytes);
    }

    /// <summary>Makes it durable, in place of the one before.</summary>
    public void Commit()
    {
        if (_written != _head.DataBytes)
            throw new IOException(FormattableString.Invariant($"{_written} bytes came, but {_head.DataBytes} were announced"));
        Span<byte> end = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(end, _crc);
        _file.Write(end);
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        File.Move(_path + ".new", _path, overwrite: true);
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>A checkpoint's data while it is read.</summary>
internal sealed class CheckpointReader : IDisposable
{
    private readonly FileStream _file;
    private readonly CheckpointHead _head;
    private uint _crc;
    private long _left;

    public CheckpointReader(FileStream file)
    {
        _file = file;
        _head = CheckpointHead.Parser.ParseDelimitedFrom(file);
        _left = _head.DataBytes;
    }

    /// <summary>The next bytes, 0 at the end.</summary>
    /// <exception cref="IOException">The file is shorter than it says, or its bytes are not those that were written.</exception>
    public int Read(Span<byte> target)
    {
        var count = (int)Math.Min(target.Length, _left);
        if (count > 0)
        {
            _file.ReadExactly(target[..count]);
            _crc = CheckpointStore.Crc(_crc, target[..count]);
            _left -= count;
            return count;
        }
        Span<byte> end = stackalloc byte[4];
        _file.ReadExactly(end);
        return BinaryPrimitives.ReadUInt32LittleEndian(end) == _crc ? 0 : throw new IOException("its bytes are not those that were written");
    }

    public void Dispose() => _file.Dispose();
}
