using System.Text.Json.Serialization;

namespace ControlPlane.Api;

/// <summary>A reading of a trunk. What is left out is unknown; after 60 s all of it is.</summary>
/// <param name="Up">Whether it carries traffic.</param>
/// <param name="ReceiveGbps">What it carries toward the racks, Gbit/s, 0 or more.</param>
/// <param name="TransmitGbps">What it carries away from the racks, Gbit/s, 0 or more.</param>
/// <param name="Errors">Errors since the reading before, 0 or more.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LinkReadingRequest(bool? Up = null, double? ReceiveGbps = null, double? TransmitGbps = null, long? Errors = null);

/// <summary>What is known of a trunk. A null reading is unknown, never zero.</summary>
/// <param name="Link">Its name.</param>
/// <param name="Up">False while out of use.</param>
/// <param name="Because">Why it is out of use; empty while it is in use.</param>
/// <param name="CapacityGbps">Bandwidth, Gbit/s.</param>
/// <param name="ReservedGbps">Bandwidth that gangs hold, Gbit/s.</param>
/// <param name="ReadAt">When it was last read.</param>
/// <param name="CarrierUp">Whether it carries traffic, as last read.</param>
/// <param name="ReceiveGbps">What it carries toward the racks, Gbit/s.</param>
/// <param name="TransmitGbps">What it carries away from the racks, Gbit/s.</param>
/// <param name="Errors">Errors since the reading before.</param>
/// <param name="Falls">When it went down, as far as that still counts.</param>
/// <param name="Ring">The newest collective that was measured across it, or null.</param>
public sealed record LinkStatusResponse(
    string Link, bool Up, string Because, double CapacityGbps, double ReservedGbps, DateTimeOffset? ReadAt, bool? CarrierUp, double? ReceiveGbps,
    double? TransmitGbps, long? Errors, IReadOnlyList<DateTimeOffset> Falls, RingResponse? Ring = null);

/// <summary>What a collective measured of its ring.</summary>
/// <param name="Job">The job.</param>
/// <param name="BusGigabytesPerSecond">Bus bandwidth as nccl-tests define it, in GB/s.</param>
/// <param name="What">The operation, its bytes and ranks, for a person.</param>
/// <param name="ReadAt">When it was heard.</param>
public sealed record RingResponse(string Job, double BusGigabytesPerSecond, string What, DateTimeOffset ReadAt);
