using ControlPlane.Agent.Execution;
using ControlPlane.Hardware.Interop;
using ControlPlane.Hardware.Protocol;

using Google.Protobuf;

namespace ControlPlane.Agent.Tests;

/// <summary>What an executor that a tenant has taken over may do to checkpoints: to its own job's, and no more than it holds.</summary>
public sealed class CheckpointDeskTests : IDisposable
{
    private readonly string _journal = Path.Combine(Directory.CreateTempSubdirectory("factory-desk-").FullName, "journal");
    private readonly SharedMemory _memory = SharedMemory.Create(BulkChannel.Slots, BulkChannel.SlotBytes).Memory;
    private readonly MemoryStream _answers = new();
    private readonly FrameStream _frames;
    private readonly BulkChannel _bulk;
    private readonly CheckpointStore _store;
    private readonly CheckpointDesk _desk;

    public CheckpointDeskTests()
    {
        _frames = new FrameStream(_answers);
        _bulk = new BulkChannel(_memory, _frames, BulkChannel.OfAgent);
        _store = CheckpointStore.Beside(_journal, TimeProvider.System);
        _desk = new CheckpointDesk(_store, _bulk, _frames);
    }

    [Fact]
    public async Task A_checkpoint_goes_where_the_lease_says_whatever_the_executor_calls_it()
    {
        var (mine, other) = (LeaseOf("mine"), LeaseOf("other"));
        await _desk.OfferAsync(mine);
        await SaveAsync(new() { Job = "other", Program = ByteString.CopyFromUtf8("another program"), Done = 7, DataBytes = 16 }, 16);
        Assert.Equal((7, 16), (_store.Find(mine)!.Done, _store.Find(mine)!.DataBytes));
        Assert.Null(_store.Find(other));
        Assert.Equal("", (await LastAsync()).Error);
    }

    [Theory]
    [InlineData(1_000_000, 16, "announces 1000000 bytes")]
    [InlineData(16, 17, "more than the 16 bytes")]
    [InlineData(16, 15, "15 bytes came, but 16")]
    public async Task One_of_another_size_than_its_program_s_is_not_kept(long announced, uint sent, string words)
    {
        await _desk.OfferAsync(LeaseOf("mine"));
        await SaveAsync(new() { Job = "mine", Done = 7, DataBytes = announced }, sent);
        Assert.Null(_store.Find(LeaseOf("mine")));
        Assert.Contains(words, (await LastAsync()).Error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _desk.Dispose();
        _bulk.Dispose();
        _frames.Dispose();
        _memory.Dispose();
        Directory.Delete(Path.GetDirectoryName(_journal)!, recursive: true);
    }

    private async Task SaveAsync(CheckpointHead head, uint bytes)
    {
        await _desk.HearAsync(FrameKind.Save, head.ToByteArray());
        await _desk.HearAsync(FrameKind.BulkPiece, new BulkPiece { Slot = 0, Length = bytes }.ToByteArray());
        await _desk.HearAsync(FrameKind.BulkPiece, new BulkPiece { Slot = 1, Last = true }.ToByteArray());
    }

    private async Task<CheckpointKept> LastAsync()
    {
        _answers.Position = 0;
        CheckpointKept? kept = null;
        while (await _frames.ReadAsync(default) is { } frame)
            kept = frame.Kind == FrameKind.Kept ? CheckpointKept.Parser.ParseFrom(frame.Payload) : kept;
        return kept!;
    }

    private static Lease LeaseOf(string job) => new() { Job = job, Program = new() { Buffers = { new ProgramBuffer { Name = "b", Count = 4 } } } };
}
