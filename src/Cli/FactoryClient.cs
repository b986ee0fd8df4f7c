using System.CommandLine;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ControlPlane.Api;

namespace ControlPlane.Cli;

/// <summary>Speaks to a host over its HTTP API.</summary>
internal sealed class FactoryClient : IDisposable
{
    /// <summary>The address a host listens on unless told otherwise.</summary>
    private const string DefaultServer = "http://127.0.0.1:5080";

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Options that every command takes.</summary>
    public static readonly Option<string?> Server = new("--server")
    {
        Description = $"The host's address. Default: $FACTORY_SERVER, or {DefaultServer}.",
        Recursive = true,
    };

    public static readonly Option<string?> Key = new("--key")
    {
        Description = "The API key. Default: $FACTORY_KEY, or the file data/api-key under the current folder.",
        Recursive = true,
    };

    private readonly HttpClient _http;

    private FactoryClient(HttpClient http) => _http = http;

    public static FactoryClient Of(ParseResult parsed)
    {
        var server = parsed.GetValue(Server) ?? Environment.GetEnvironmentVariable("FACTORY_SERVER") ?? DefaultServer;
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CommandException(ExitCodes.BadInput, $"'{server}' is not an address of a host: give one such as {DefaultServer}.");
        var key = parsed.GetValue(Key) ?? Environment.GetEnvironmentVariable("FACTORY_KEY") ?? KeyFile();
        var http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(100) };
        if (key is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Trim());
        return new FactoryClient(http);
    }

    /// <summary>Plans, by the library that other programs use too.</summary>
    public PlanningClient Plans => new(_http);

    public Task<T> Get<T>(string path) => Send<T>(HttpMethod.Get, path, null);

    public Task<T> Delete<T>(string path) => Send<T>(HttpMethod.Delete, path, null);

    public Task<T> Post<T>(string path, object body) => Send<T>(HttpMethod.Post, path, body);

    public Task<T> Put<T>(string path, object body) => Send<T>(HttpMethod.Put, path, body);

    /// <summary>Posts a change whose answer has no content.</summary>
    public async Task Post(string path, object body)
    {
        using var response = await Answer(HttpMethod.Post, path, body, HttpCompletionOption.ResponseContentRead);
        await ThrowIfFailed(response);
    }

    /// <summary>Submits jobs; a name that is taken is an answer here, not a failure.</summary>
    public async Task<IReadOnlyList<SubmitResponse>> Submit(ApplyRequest request)
    {
        using var response = await Answer(HttpMethod.Post, "/v1/jobs", request, HttpCompletionOption.ResponseContentRead);
        if (response.StatusCode != System.Net.HttpStatusCode.Conflict)
            await ThrowIfFailed(response);
        return (await response.Content.ReadFromJsonAsync<List<SubmitResponse>>(Json))!;
    }

    /// <summary>The host's events as they happen.</summary>
    public async IAsyncEnumerable<EventResponse> Watch(string hall, long? after)
    {
        using var response = await Answer(
            HttpMethod.Get, $"/v1/halls/{hall}/watch" + (after is null ? "" : $"?after={after}"), null, HttpCompletionOption.ResponseHeadersRead);
        await ThrowIfFailed(response);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data:", StringComparison.Ordinal))
                yield return JsonSerializer.Deserialize<EventResponse>(line["data:".Length..], Json)!;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> Send<T>(HttpMethod method, string path, object? body)
    {
        using var response = await Answer(method, path, body, HttpCompletionOption.ResponseContentRead);
        await ThrowIfFailed(response);
        return (await response.Content.ReadFromJsonAsync<T>(Json))!;
    }

    private async Task<HttpResponseMessage> Answer(HttpMethod method, string path, object? body, HttpCompletionOption completion)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType(), options: Json);
        try
        {
            return await _http.SendAsync(request, completion);
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            throw new CommandException(ExitCodes.NoHost, $"No host answers at {_http.BaseAddress}: {fault.Message} Start one with 'dotnet run --project src/Host', or give --server.");
        }
    }

    private static async Task ThrowIfFailed(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode)
            return;
        var text = await response.Content.ReadAsStringAsync();
        ErrorResponse? error = null;
        try
        {
            error = JsonSerializer.Deserialize<ErrorResponse>(text, Json);
        }
        catch (JsonException)
        {
            // Not this product's answer: shown as it is.
        }
        var lines = error?.Errors?.Select(Line) ?? [];
        var message = error?.Message is { } said ? string.Join(Environment.NewLine, [said, .. lines]) : $"The host answered {(int)response.StatusCode}: {text}";
        throw new CommandException(response.StatusCode == System.Net.HttpStatusCode.BadRequest ? ExitCodes.BadInput : ExitCodes.No, message);
    }

    public static string Line(FieldError error)
    {
        var place = error.Line > 0 ? $"{error.File}:{error.Line}:{error.Column}" : error.File;
        return $"  {place}: {error.Field}: {error.Problem}" + (error.Expected.Length > 0 ? $"; {error.Expected}" : "");
    }

    private static string? KeyFile() => File.Exists(Path.Combine("data", "api-key")) ? File.ReadAllText(Path.Combine("data", "api-key")) : null;
}
