using ControlPlane.Api;

namespace ControlPlane.Host.Security;

/// <summary>Lets requests to <c>/v1</c> through when they carry the API key. Pages, health and metrics hold no secrets.</summary>
internal static class ApiKeyGate
{
    public static void UseApiKey(this IApplicationBuilder app, SecretFile key) => app.Use(async (context, next) =>
    {
        if (!context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal) || key.Allows(context.Request.Headers.Authorization))
        {
            await next(context);
            return;
        }
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        await context.Response.WriteAsJsonAsync(new ErrorResponse(
            "The API key is missing or wrong: send 'Authorization: Bearer KEY'. The host prints the file that holds the key when it starts.", []));
    });
}
