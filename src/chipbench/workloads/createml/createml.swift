// Trains an image classifier with CreateML and says how that goes, one JSON object per line.
//
// Arguments: folder of training images, folder of test images (both with one folder per class),
// folder of the session, path of the model to write, iterations, revision of the feature
// extractor, checkpoint interval, augmentations separated by commas (or "none").
//
// Every line of the protocol has "chipbench": 1, its version, and an "event":
//   started   revision, resumed (an earlier session's checkpoint is continued)
//   progress  phase, done, total (null if unknown), elapsed_s; twice a second
//   done      total_time_s, training_error, validation_error, test_error (shares of 1)
//   error     message
// Anything else on stdout is CreateML's own.

import Combine
import CreateML
import Foundation

func say(_ event: String, _ fields: [String: Any]) {
    var line = fields
    line["chipbench"] = 1
    line["event"] = event
    guard let data = try? JSONSerialization.data(withJSONObject: line) else { return }
    FileHandle.standardOutput.write(data + Data("\n".utf8))
}

func fail(_ error: Error) -> Never {
    say("error", ["message": error.localizedDescription])
    exit(1)
}

func augmentations(_ names: String) -> MLImageClassifier.ImageAugmentationOptions {
    let known: [String: MLImageClassifier.ImageAugmentationOptions] = [
        "crop": .crop, "rotation": .rotation, "blur": .blur,
        "exposure": .exposure, "noise": .noise, "flip": .flip,
    ]
    var chosen: MLImageClassifier.ImageAugmentationOptions = []
    for name in names.split(separator: ",") {
        if let option = known[String(name)] { chosen.insert(option) }
    }
    return chosen
}

let arguments = CommandLine.arguments
guard arguments.count == 9,
    let iterations = Int(arguments[5]),
    let revision = Int(arguments[6]),
    let checkpointInterval = Int(arguments[7])
else {
    say("error", ["message": "wrong arguments"])
    exit(2)
}
let training = MLImageClassifier.DataSource.labeledDirectories(at: URL(fileURLWithPath: arguments[1]))
let test = MLImageClassifier.DataSource.labeledDirectories(at: URL(fileURLWithPath: arguments[2]))
let session = URL(fileURLWithPath: arguments[3])
let output = URL(fileURLWithPath: arguments[4])

let parameters = MLImageClassifier.ModelParameters(
    validation: .split(strategy: .automatic),
    maxIterations: iterations,
    augmentation: augmentations(arguments[8]),
    algorithm: .transferLearning(
        featureExtractor: .scenePrint(revision: revision),
        classifier: .logisticRegressor
    )
)
let sessionParameters = MLTrainingSessionParameters(
    sessionDirectory: session,
    reportInterval: 1,
    checkpointInterval: checkpointInterval,
    iterations: iterations
)

let earlier = (try? FileManager.default.contentsOfDirectory(atPath: session.path)) ?? []
say("started", ["revision": revision, "resumed": !earlier.isEmpty])
let begin = ProcessInfo.processInfo.systemUptime

var subscriptions: [AnyCancellable] = []
do {
    let job = try MLImageClassifier.train(
        trainingData: training,
        parameters: parameters,
        sessionParameters: sessionParameters
    )
    let timer = Timer.scheduledTimer(withTimeInterval: 0.5, repeats: true) { _ in
        guard let progress = MLProgress(progress: job.progress) else { return }
        let total: Any = progress.totalItemCount ?? NSNull()
        say("progress", [
            "phase": String(describing: progress.phase),
            "done": progress.itemCount,
            "total": total,
            "elapsed_s": ProcessInfo.processInfo.systemUptime - begin,
        ])
    }
    job.result.sink(
        receiveCompletion: { completion in
            if case .failure(let error) = completion { fail(error) }
        },
        receiveValue: { model in
            let total = ProcessInfo.processInfo.systemUptime - begin
            timer.invalidate()
            do {
                try model.write(to: output)
            } catch {
                fail(error)
            }
            say("done", [
                "total_time_s": total,
                "training_error": model.trainingMetrics.classificationError,
                "validation_error": model.validationMetrics.classificationError,
                "test_error": model.evaluation(on: test).classificationError,
            ])
            exit(0)
        }
    ).store(in: &subscriptions)
} catch {
    fail(error)
}
RunLoop.main.run()
