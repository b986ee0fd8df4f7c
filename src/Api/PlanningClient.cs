using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ControlPlane.Api;

/// <summary>Has a host make capacity plans: submits them, follows them, cancels them and fetches what came of them. Safe for concurrent use.</summary>
/// <param name="http">A client with the host's address and <c>Authorization: Bearer KEY</c>; stays the caller's.</param>
/// <param name="clock">Paces the questions how far a plan is; the system's when left out.</param>
public sealed class PlanningClient(HttpClient http, TimeProvider? clock = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>Asks for a plan. The answer comes before it is made; under an id of its own a request may be repeated.</summary>
    /// <exception cref="PlanningException">The host refused it.</exception>
    public async Task<CapacityPlanResponse> Submit(CapacityPlanRequest request, CancellationToken cancellation = default)
    {
        using var response = await http.PostAsJsonAsync("/v1/plans", request, Json, cancellation);
        return await Read(response, cancellation);
    }

    /// <summary>How far it is.</summary>
    /// <exception cref="PlanningException">There is no such plan.</exception>
    public async Task<CapacityPlanResponse> Get(string id, CancellationToken cancellation = default)
    {
        using var response = await http.GetAsync(Of(id), cancellation);
        return await Read(response, cancellation);
    }

    /// <summary>Every plan that the host keeps, the newest first.</summary>
    public async Task<IReadOnlyList<CapacityPlanResponse>> List(CancellationToken cancellation = default)
    {
        using var response = await http.GetAsync(new Uri("/v1/plans", UriKind.Relative), cancellation);
        await ThrowIfRefused(response, cancellation);
        return (await response.Content.ReadFromJsonAsync<List<CapacityPlanResponse>>(Json, cancellation))!;
    }

    /// <summary>Ends it early: one that waits is never made, one that is being made ends where its result so far is whole.</summary>
    /// <exception cref="PlanningException">There is no such plan.</exception>
    public async Task<CapacityPlanResponse> Cancel(string id, CancellationToken cancellation = default)
    {
        using var response = await http.DeleteAsync(Of(id), cancellation);
        return await Read(response, cancellation);
    }

    /// <summary>Waits until it is over.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="told">Told whenever it is a step further.</param>
    /// <param name="cancellation">Ends the waiting, not the plan.</param>
    public async Task<CapacityPlanResponse> Wait(string id, Action<CapacityPlanResponse>? told = null, CancellationToken cancellation = default)
    {
        while (true)
        {
            var plan = await Get(id, cancellation);
            told?.Invoke(plan);
            if (plan.IsOver)
                return plan;
            await Task.Delay(Period, clock ?? TimeProvider.System, cancellation);
        }
    }

    /// <summary>One of its files.</summary>
    /// <exception cref="PlanningException">There is no such plan or file.</exception>
    public async Task<string> File(string id, string name, CancellationToken cancellation = default)
    {
        using var response = await http.GetAsync(new Uri($"/v1/plans/{Uri.EscapeDataString(id)}/files/{Uri.EscapeDataString(name)}", UriKind.Relative), cancellation);
        await ThrowIfRefused(response, cancellation);
        return await response.Content.ReadAsStringAsync(cancellation);
    }

    private static Uri Of(string id) => new($"/v1/plans/{Uri.EscapeDataString(id)}", UriKind.Relative);

    private static async Task<CapacityPlanResponse> Read(HttpResponseMessage response, CancellationToken cancellation)
    {
        await ThrowIfRefused(response, cancellation);
        return (await response.Content.ReadFromJsonAsync<CapacityPlanResponse>(Json, cancellation))!;
    }

    private static async Task ThrowIfRefused(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode)
            return;
        var text = await response.Content.ReadAsStringAsync(cancellation);
        ErrorResponse? error = null;
        try
        {
            error = JsonSerializer.Deserialize<ErrorResponse>(text, Json);
        }
        catch (JsonException)
        {
            // Not this product's answer: told as it is.
        }
        throw new PlanningException(response.StatusCode, error?.Message ?? $"The host answered {(int)response.StatusCode}: {text}", error?.Errors ?? []);
    }
}

/// <summary>A host refused what was asked of it about plans.</summary>
public sealed class PlanningException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="status">The host's status.</param>
    /// <param name="message">What it said.</param>
    /// <param name="errors">Each thing that is wrong.</param>
    public PlanningException(HttpStatusCode status, string message, IReadOnlyList<FieldError> errors)
        : base(message) => (Status, Errors) = (status, errors);

    /// <summary>The host's status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>Each thing that is wrong, with its place.</summary>
    public IReadOnlyList<FieldError> Errors { get; }
}
